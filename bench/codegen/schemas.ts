/** Schemas of any size, and what somebody would write by hand instead of the types that they give. */

/** One entity of ordinary size: ten fields, two views. */
const ENTITY = `    key: id
    fields:
      id: uint32
      name: string
      country: string
      adminCode: string?
      population: uint32
      lat: double
      lon: double
      kind: Kind
      tags: string[]
      labels: map<string, string>
    views:
      byCountry: { group: country, sort: [-population, name] }
      byName: { sort: name }
`;

const FIELDS = `  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string | undefined;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
  readonly kind: Kind;
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
`;

/** A schema with so many entities, all alike but for their names. */
export function schemaOf(entities: number): string {
  const all = names(entities).map((name) => `  ${name}:\n${ENTITY}`);
  return `package: sized\nenums: { Kind: [city, town, village] }\nentities:\n${all.join("")}`;
}

/** The interfaces of their records and of the rows that loaders give, and nothing else. */
export function plainInterfacesOf(entities: number): string {
  const row = FIELDS.replace("adminCode: string", "adminCode?: string | null");
  const all = names(entities).map(
    (name) =>
      `export interface ${name} {\n${FIELDS}}\n\nexport interface ${name}Input {\n${row}}\n`,
  );
  return `export type Kind = "city" | "town" | "village";\n\n${all.join("\n")}`;
}

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `Place${index}`);
}
