/**
 * An entity written by hand, in the shape of generated code, for tests of the layers below it: keys, optional
 * fields, an enum, a value type, a list, and views of all kinds.
 */
import * as cc from "cached-collections/generated/v1";

const FeatureCode = ["PPLC", "PPLA", "PPL"] as const;
export type FeatureCode = (typeof FeatureCode)[number];

export interface City {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string | undefined;
  readonly featureCode: FeatureCode;
  readonly population: number;
  readonly location: { readonly lat: number; readonly lon: number };
  readonly parentId: number | undefined;
  readonly alternateNames: readonly string[];
}

export interface CityInput {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode?: string | null | undefined;
  readonly featureCode: FeatureCode;
  readonly population: number;
  readonly location: City["location"];
  readonly parentId?: number | null | undefined;
  readonly alternateNames: readonly string[];
}

const featureCodeNumbers: cc.EnumNumbers = cc.enumNumbers(FeatureCode);

const cityNames: cc.FieldNames = new cc.FieldNames([
  "id",
  "name",
  "country",
  "adminCode",
  "featureCode",
  "population",
  "location",
  "parentId",
  "alternateNames",
]);

function encodeLocation(w: cc.Writer, row: City["location"]): void {
  const lat = cc.checkDouble(row.lat, "lat");
  if (!cc.isZero(lat)) w.uint32(9).double(lat);
  const lon = cc.checkDouble(row.lon, "lon");
  if (!cc.isZero(lon)) w.uint32(17).double(lon);
}

function decodeLocation(r: cc.Reader): City["location"] {
  const end = r.end();
  let lat = 0;
  let lon = 0;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 9) lat = r.double();
    else if (tag === 17) lon = r.double();
    else r.skipType(tag & 7);
  }
  cc.checkEnd(r, end);
  return Object.freeze({ lat, lon });
}

export function encodeCity(w: cc.Writer, row: CityInput): void {
  const id = cc.checkUint32(row.id, "id");
  if (id !== 0) w.uint32(8).uint32(id);
  const name = cc.checkString(row.name, "name");
  if (name !== "") w.uint32(18).string(name);
  const country = cc.checkString(row.country, "country");
  if (country !== "") w.uint32(26).string(country);
  const adminCode = row.adminCode ?? undefined;
  if (adminCode !== undefined) w.uint32(34).string(cc.checkString(adminCode, "adminCode"));
  w.uint32(40).uint32(cc.checkEnum(row.featureCode, featureCodeNumbers, "featureCode"));
  const population = cc.checkUint32(row.population, "population");
  if (population !== 0) w.uint32(48).uint32(population);
  cc.writeMessage(w.uint32(58), row.location, encodeLocation, "location");
  const parentId = row.parentId ?? undefined;
  if (parentId !== undefined) w.uint32(64).uint32(cc.checkUint32(parentId, "parentId"));
  cc.writeList(row.alternateNames, "alternateNames", (value) =>
    w.uint32(74).string(cc.checkString(value)),
  );
  if (row.adminCode === undefined || row.parentId === undefined) cityNames.check(row);
}

export function decodeCity(r: cc.Reader, end: number): City {
  let id = 0;
  let name = "";
  let country = "";
  let adminCode: string | undefined;
  let featureCode: FeatureCode | undefined;
  let population = 0;
  let location: City["location"] | undefined;
  let parentId: number | undefined;
  let alternateNames: string[] | undefined;
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        id = r.uint32();
        break;
      case 18:
        name = r.string();
        break;
      case 26:
        country = r.string();
        break;
      case 34:
        adminCode = r.string();
        break;
      case 40:
        featureCode = cc.readEnum(r, FeatureCode);
        break;
      case 48:
        population = r.uint32();
        break;
      case 58:
        location = decodeLocation(r);
        break;
      case 64:
        parentId = r.uint32();
        break;
      case 74:
        (alternateNames ??= []).push(r.string());
        break;
      default:
        r.skipType(tag & 7);
    }
  }
  cc.checkEnd(r, end);
  return Object.freeze({
    id,
    name,
    country,
    adminCode,
    featureCode: featureCode ?? cc.missing("featureCode"),
    population,
    location: location ?? cc.missing("location"),
    parentId,
    alternateNames: cc.frozenList(alternateNames),
  });
}

export const cityDefinition: cc.EntityDefinition<City, CityInput> = {
  format: cc.FORMAT,
  package: "geo",
  entity: "City",
  hash: "0123456789abcdef",
  fields: cityNames.names,
  key: [{ name: "id", kind: { type: "uint32" }, read: (record) => record.id }],
  views: [
    {
      view: "group",
      name: "byCountry",
      by: [{ name: "country", kind: { type: "string" }, read: (record) => record.country }],
      sort: [
        {
          name: "population",
          kind: { type: "uint32" },
          read: (record) => record.population,
          descending: true,
        },
        { name: "name", kind: { type: "string" }, read: (record) => record.name },
      ],
    },
    {
      view: "group",
      name: "children",
      by: [{ name: "parentId", kind: { type: "uint32" }, read: (record) => record.parentId }],
      sort: [{ name: "name", kind: { type: "string" }, read: (record) => record.name }],
    },
    {
      view: "group",
      name: "byOtherName",
      by: [{ name: "alternateNames", kind: { type: "string" }, read: () => undefined }],
      each: (record) => record.alternateNames,
      sort: [],
    },
    {
      view: "unique",
      name: "byCode",
      by: [
        { name: "country", kind: { type: "string" }, read: (record) => record.country },
        { name: "adminCode", kind: { type: "string" }, read: (record) => record.adminCode },
      ],
      sort: [
        {
          name: "population",
          kind: { type: "uint32" },
          read: (record) => record.population,
          descending: true,
        },
      ],
      duplicates: "first",
    },
    {
      view: "unique",
      name: "capitals",
      by: [{ name: "country", kind: { type: "string" }, read: (record) => record.country }],
      where: (record) => record.featureCode === "PPLC",
      sort: [],
      duplicates: "error",
    },
    {
      view: "sorted",
      name: "byName",
      sort: [{ name: "name", kind: { type: "string" }, read: (record) => record.name }],
    },
    {
      view: "sorted",
      name: "megacities",
      where: (record) => record.population >= 10_000_000,
      sort: [{ name: "name", kind: { type: "string" }, read: (record) => record.name }],
      limit: 100,
    },
  ],
  references: [],
  encode: encodeCity,
  decode: decodeCity,
};
