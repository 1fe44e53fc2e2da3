/**
 * A small schema written by hand as the generator would emit it, for tests of collections: two entities
 * connected by references (one that refuses what dangles, one that warns), guards, and a sequence. The hash is
 * a parameter, so that two builds can be played in one process.
 */
import * as cc from "cached-collections/generated/v1";
import { InvalidFieldError } from "../../runtime/src/codec/invalid-field.js";

export interface Country {
  readonly code: string;
  readonly name: string;
}
export type CountryInput = Country;

export interface Place {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly parentId: number | undefined;
}
export interface PlaceInput {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly parentId?: number | null | undefined;
}

export interface Notice {
  readonly text: string;
}
export type NoticeInput = Notice;

const text = (value: unknown, path: string): string => {
  if (typeof value !== "string") throw new InvalidFieldError(path, "a string", value);
  return value;
};
const whole = (value: unknown, path: string): number => {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw new InvalidFieldError(path, "a whole number from 0", value);
  }
  return value;
};

function readText(reader: cc.Reader, end: number, fields: number): string[] {
  const values = Array.from({ length: fields }, () => "");
  while (reader.pos < end) {
    const tag = reader.uint32();
    if ((tag & 7) === 2 && tag >>> 3 <= fields) values[(tag >>> 3) - 1] = reader.string();
    else reader.skipType(tag & 7);
  }
  cc.checkEnd(reader, end);
  return values;
}

function decodePlace(reader: cc.Reader, end: number): Place {
  let [id, name, country] = [0, "", ""];
  let parentId: number | undefined;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === 8) id = reader.uint32();
    else if (tag === 18) name = reader.string();
    else if (tag === 26) country = reader.string();
    else if (tag === 32) parentId = reader.uint32();
    else reader.skipType(tag & 7);
  }
  cc.checkEnd(reader, end);
  return Object.freeze({ id, name, country, parentId });
}

/** Definitions and classes of one build of the schema. */
export interface Atlas {
  readonly country: cc.EntityDefinition<Country, CountryInput>;
  readonly place: cc.EntityDefinition<Place, PlaceInput>;
  readonly notice: cc.EntityDefinition<Notice, NoticeInput>;
}

/** The schema as a build with this hash has it. */
export function atlas(hash = "00000000000000a1"): Atlas {
  const country = countryOf(hash);
  return { country, place: placeOf(hash, country), notice: noticeOf(hash) };
}

function countryOf(hash: string): Atlas["country"] {
  const country: Atlas["country"] = {
    format: 1,
    package: "atlas",
    entity: "Country",
    hash,
    fields: new cc.FieldNames(["code", "name"]),
    key: [{ name: "code", kind: { type: "string" }, read: (r: Country): string => r.code }],
    views: [],
    references: [],
    encode: (w, row) => {
      w.uint32(10).string(text(row.code, "code")).uint32(18).string(text(row.name, "name"));
    },
    decode: (r, end) => {
      const [code = "", name = ""] = readText(r, end, 2);
      return Object.freeze({ code, name });
    },
  };
  return country;
}

function placeOf(hash: string, country: Atlas["country"]): Atlas["place"] {
  const place: Atlas["place"] = {
    format: 1,
    package: "atlas",
    entity: "Place",
    hash,
    fields: new cc.FieldNames(["id", "name", "country", "parentId"]),
    guards: { maxRecords: 100_000, maxShrinkPercent: 50 },
    key: [{ name: "id", kind: { type: "uint32" }, read: (r: Place): number => r.id }],
    views: [
      {
        view: "group",
        name: "byCountry",
        by: [{ name: "country", kind: { type: "string" }, read: (r: Place): string => r.country }],
        sort: [],
      },
    ],
    references: [
      {
        name: "homeCountry",
        to: "Country",
        target: (): cc.AnyEntityDefinition => country,
        keys: (r: Place) => [r.country],
        dangling: "error",
      },
      {
        name: "parent",
        to: "Place",
        target: (): cc.AnyEntityDefinition => place,
        keys: (r: Place) => (r.parentId === undefined ? [] : [r.parentId]),
        dangling: "warn",
      },
    ],
    encode: (w, row) => {
      w.uint32(8).uint32(whole(row.id, "id")).uint32(18).string(text(row.name, "name"));
      w.uint32(26).string(text(row.country, "country"));
      if (row.parentId !== undefined && row.parentId !== null) {
        w.uint32(32).uint32(whole(row.parentId, "parentId"));
      }
    },
    decode: decodePlace,
  };
  return place;
}

function noticeOf(hash: string): Atlas["notice"] {
  const notice: Atlas["notice"] = {
    format: 1,
    package: "atlas",
    entity: "Notice",
    hash,
    fields: new cc.FieldNames(["text"]),
    key: [],
    views: [],
    references: [],
    encode: (w, row) => void w.uint32(10).string(text(row.text, "text")),
    decode: (r, end) => Object.freeze({ text: readText(r, end, 1)[0] ?? "" }),
  };
  return notice;
}

const current = atlas();

export class CountrySnapshot extends cc.MappingSnapshot<string, Country> {
  static readonly definition: Atlas["country"] = current.country;
}
export class PlaceSnapshot extends cc.MappingSnapshot<number, Place> {
  get byCountry(): cc.GroupView<string, Place> {
    return this.core.group("byCountry");
  }
}
export class NoticeSnapshot extends cc.SequenceSnapshot<Notice> {}

export class CountryMapping extends cc.Mapping<string, Country, CountryInput, CountrySnapshot> {
  constructor(
    store: cc.Store,
    options: cc.CollectionOptions<CountryInput, CountrySnapshot> = {},
    schema: Atlas = current,
  ) {
    super(schema.country, CountrySnapshot, store, options);
  }
}
export class PlaceMapping extends cc.Mapping<number, Place, PlaceInput, PlaceSnapshot> {
  constructor(
    store: cc.Store,
    options: cc.CollectionOptions<PlaceInput, PlaceSnapshot> = {},
    schema: Atlas = current,
  ) {
    super(schema.place, PlaceSnapshot, store, options);
  }
  get byCountry(): cc.GroupView<string, Place> {
    return this.snapshot().byCountry;
  }
}
export class NoticeSequence extends cc.Sequence<Notice, NoticeInput, NoticeSnapshot> {
  constructor(
    store: cc.Store,
    options: cc.CollectionOptions<NoticeInput, NoticeSnapshot> = {},
    schema: Atlas = current,
  ) {
    super(schema.notice, NoticeSnapshot, store, options);
  }
}

export class AtlasPlaceSnapshot extends PlaceSnapshot {
  readonly #atlas: AtlasSnapshot;
  constructor(core: cc.SnapshotCore<Place>, snapshot: AtlasSnapshot) {
    super(core);
    this.#atlas = snapshot;
  }
  homeCountry(place: Place): Country | undefined {
    return this.#atlas.country.get(place.country);
  }
}

export class AtlasSnapshot extends cc.DatasetSnapshot {
  readonly country: CountrySnapshot;
  readonly place: AtlasPlaceSnapshot;
  readonly notice: NoticeSnapshot;
  constructor(cores: cc.DatasetCores) {
    super(cores);
    this.country = new CountrySnapshot(cores.of(current.country));
    this.place = new AtlasPlaceSnapshot(cores.of(current.place), this);
    this.notice = new NoticeSnapshot(cores.of(current.notice));
  }
}

export interface AtlasInputs {
  readonly country: CountryInput;
  readonly place: PlaceInput;
  readonly notice: NoticeInput;
}

export class AtlasDataset extends cc.Dataset<AtlasSnapshot, AtlasInputs> {
  readonly country: CountryMapping;
  readonly place: PlaceMapping;
  readonly notice: NoticeSequence;
  constructor(store: cc.Store, options: cc.DatasetOptions<AtlasInputs, AtlasSnapshot> = {}) {
    const { country, place, notice } = current;
    const definition = { package: "atlas", entities: { country, place, notice } };
    super(definition, AtlasSnapshot, store, options);
    this.country = new CountryMapping(store, this.optionsOf("country"));
    this.place = new PlaceMapping(store, this.optionsOf("place"));
    this.notice = new NoticeSequence(store, this.optionsOf("notice"));
  }
}

export const COUNTRIES: readonly CountryInput[] = [
  { code: "DE", name: "Germany" },
  { code: "FR", name: "France" },
];
export const PLACES: readonly PlaceInput[] = [
  { id: 1, name: "Paris", country: "FR" },
  { id: 2, name: "Berlin", country: "DE" },
  { id: 3, name: "Mitte", country: "DE", parentId: 2 },
];
