/**
 * A definition written by hand, as a generated file has it, with views of all kinds: for tests of the bytes
 * and of snapshots that must not depend on the generator.
 */
import { missing } from "../../runtime/src/codec/bad-record.js";
import { InvalidFieldError } from "../../runtime/src/codec/invalid-field.js";
import { FieldNames } from "../../runtime/src/codec/names.js";
import { checkEnd, type Reader } from "../../runtime/src/codec/reader.js";
import type { Writer } from "../../runtime/src/codec/writer.js";
import type { EntityDefinition } from "../../runtime/src/definition.js";

export const kinds = ["capital", "seat", "place"] as const;

export interface Town {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly code: string | undefined;
  readonly kind: (typeof kinds)[number];
  readonly population: number | undefined;
  readonly lat: number;
  readonly tags: readonly string[];
}

export type TownInput = Pick<Town, "id" | "name" | "country" | "kind" | "lat"> & {
  readonly code?: string | null | undefined;
  readonly population?: number | null | undefined;
  readonly tags?: readonly string[];
};

function encodeTown(writer: Writer, row: TownInput): void {
  if (!Number.isInteger(row.id) || row.id < 0 || row.id > 0xffffffff) {
    throw new InvalidFieldError("id", "a whole number from 0 to 4294967295", row.id);
  }
  if (row.id !== 0) writer.uint32(8).uint32(row.id);
  if (typeof row.name !== "string") throw new InvalidFieldError("name", "text", row.name);
  if (row.name !== "") writer.uint32(18).string(row.name);
  if (row.country !== "") writer.uint32(26).string(row.country);
  if (row.code !== undefined && row.code !== null) writer.uint32(34).string(row.code);
  const kind = kinds.indexOf(row.kind) + 1;
  if (kind === 0) throw new InvalidFieldError("kind", "capital, seat or place", row.kind);
  writer.uint32(40).uint32(kind);
  if (row.population !== undefined && row.population !== null) {
    writer.uint32(48).sint32(row.population);
  }
  if (row.lat !== 0) writer.uint32(57).double(row.lat);
  for (const tag of row.tags ?? []) writer.uint32(66).string(tag);
}

function decodeTown(reader: Reader, end: number): Town {
  let id = 0;
  let name = "";
  let country = "";
  let code: string | undefined;
  let kind: Town["kind"] | undefined;
  let population: number | undefined;
  let lat = 0;
  const tags: string[] = [];
  while (reader.pos < end) {
    const tag = reader.tag();
    if (tag === 8) id = reader.uint32();
    else if (tag === 18) name = reader.string();
    else if (tag === 26) country = reader.string();
    else if (tag === 34) code = reader.string();
    else if (tag === 40) kind = kinds[reader.uint32() - 1];
    else if (tag === 48) population = reader.sint32();
    else if (tag === 57) lat = reader.double();
    else if (tag === 66) tags.push(reader.string());
    else reader.skipType(tag & 7);
  }
  checkEnd(reader, end);
  if (kind === undefined) return missing("kind");
  Object.freeze(tags);
  return Object.freeze({ id, name, country, code, kind, population, lat, tags });
}

const country = {
  name: "country",
  kind: { type: "string" },
  read: (r: Town): string => r.country,
} as const;
const name = { name: "name", kind: { type: "string" }, read: (r: Town): string => r.name } as const;
const code = {
  name: "code",
  kind: { type: "string" },
  read: (r: Town): string | undefined => r.code,
} as const;
const population = {
  name: "population",
  kind: { type: "int32" },
  read: (r: Town): number | undefined => r.population,
} as const;
const most = { ...population, descending: true } as const;
const tag = { name: "tags", kind: { type: "string" }, read: (): never => missing("tags") } as const;

/** `byCode` refuses duplicates, so rows for it must differ in country or code, or have no code. */
export const townDefinition: EntityDefinition<Town, TownInput> = {
  format: 1,
  package: "test",
  entity: "Town",
  hash: "0123456789abcdef",
  fields: new FieldNames(["id", "name", "country", "code", "kind", "population", "lat", "tags"]),
  key: [{ name: "id", kind: { type: "uint32" }, read: (r: Town): number => r.id }],
  views: [
    { view: "group", name: "byCountry", by: [country], sort: [most, name] },
    { view: "group", name: "byCodeGroup", by: [code], sort: [] },
    {
      view: "group",
      name: "byTag",
      by: [tag],
      each: (r: Town): readonly string[] => r.tags,
      sort: [name],
      limit: 3,
    },
    {
      view: "group",
      name: "byCountryAndKind",
      by: [
        country,
        { name: "kind", kind: { type: "enum", names: kinds }, read: (r: Town): string => r.kind },
      ],
      sort: [],
    },
    { view: "unique", name: "byCode", by: [country, code], sort: [], duplicates: "error" },
    { view: "unique", name: "largest", by: [country], sort: [most], duplicates: "first" },
    { view: "unique", name: "smallest", by: [country], sort: [most], duplicates: "last" },
    { view: "sorted", name: "byName", sort: [name] },
    { view: "sorted", name: "byPopulation", sort: [most] },
    {
      view: "sorted",
      name: "northern",
      where: (r: Town): boolean => r.lat > 0,
      sort: [{ name: "lat", kind: { type: "double" }, read: (r: Town): number => r.lat }],
      limit: 5,
    },
  ],
  references: [],
  encode: encodeTown,
  decode: decodeTown,
};
