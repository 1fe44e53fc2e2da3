/**
 * How names are derived from a schema's names. The check refuses schemas in which derived names clash, and the
 * emitters print them, so both must come from here.
 */

/** `City` -> `city`, `URLRule` -> `urlRule`, `URL` -> `url`: the entity's property in a data set. */
export function propertyName(entity: string): string {
  const capitals = /^[A-Z0-9]+/.exec(entity)?.[0] ?? "";
  if (capitals.length === entity.length) return entity.toLowerCase();
  const lowered = capitals.length > 1 ? capitals.length - 1 : capitals.length;
  return entity.slice(0, lowered).toLowerCase() + entity.slice(lowered);
}

/** `parentId` -> `parent_id`, `isHTTPOk` -> `is_http_ok`, `featureCode` -> `feature_code`. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();
}

/** As protoc compares the names of a message's fields: it refuses two that differ in case and underscores alone. */
export function protoSpelling(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** `acme.my_shop` -> `AcmeMyShop`, `byCode` -> `ByCode`. */
export function pascalCase(name: string): string {
  return name
    .split(/[._]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

/** `FeatureCode`, `PPLC` -> `FEATURE_CODE_PPLC`; `inStock` -> `..._IN_STOCK`: a value of an enum in the .proto. */
export function protoValueName(enumName: string, value: string): string {
  const name = /[a-z]/.test(value) ? snakeCase(value) : value.replaceAll("-", "_");
  return `${snakeCase(enumName)}_${name}`.toUpperCase();
}

/** `location.lat` -> `locationLat`: a component of a composite key. */
export function componentName(path: string): string {
  const [first = "", ...rest] = path.split(".");
  return first + rest.map(pascalCase).join("");
}

/** `City`, `byCode` -> `CityByCodeKey`: the interface of a view's composite key. */
export function viewKeyName(entity: string, view: string): string {
  return `${entity}${pascalCase(view)}Key`;
}

/** The names at the top level of generated code that one entity takes. */
export function entityNames(schema: string, entity: string, keyed: boolean): readonly string[] {
  const collection = keyed ? "Mapping" : "Sequence";
  const suffixes = ["", "Input", "Key", "Reader", "Segment", "Snapshot", "Views", collection];
  return [...suffixes.map((suffix) => entity + suffix), `${schema}${entity}Snapshot`];
}

/** The names that a value type takes. */
export function typeNames(type: string): readonly string[] {
  return [type, `${type}Input`];
}

/** The names that the schema itself takes. */
export function schemaNames(schema: string): readonly string[] {
  return [`${schema}Dataset`, `${schema}Snapshot`, `${schema}Inputs`];
}
