/**
 * The fields of a schema's state: their names, and what they mean read together. The three stores keep the
 * same fields (Redis in one hash, so that one HMGET is one atomic look); the scripts in redis/scripts build
 * the same names.
 */
import { decodeStoredManifest } from "../stored-manifest.js";
import type {
  PushRecord,
  SchemaState,
  StoredManifest,
  VersionName,
  VersionState,
} from "../store.js";

/** How many replaced manifests a version keeps. */
export const HISTORY_LENGTH = 3;
/** How many loads under way a version remembers. */
export const LOADS_REMEMBERED = 4;

export const epochField = "epoch";
export const seqField = "seq";
export const sourceField = (entity: string): string => `source:${entity}`;
export const headField = (version: VersionName): string => `head:${version}`;
export const nextField = (version: VersionName): string => `next:${version}`;
/** `place` 1 is the manifest replaced last. */
export const historyField = (version: VersionName, place: number): string =>
  `history${place}:${version}`;
export const pushField = (version: VersionName): string => `push:${version}`;
export const loadsField = (version: VersionName): string => `loads:${version}`;
export const purgedField = (version: VersionName): string => `purged:${version}`;

export function entityOf(version: VersionName): string {
  return version.slice(0, version.indexOf(":"));
}

/** All fields that hold one version. */
export function versionFields(version: VersionName): readonly string[] {
  const history = Array.from({ length: HISTORY_LENGTH }, (_, index) =>
    historyField(version, index + 1),
  );
  return [
    headField(version),
    nextField(version),
    ...history,
    pushField(version),
    loadsField(version),
    purgedField(version),
  ];
}

/** The fields that one look at these versions needs. */
export function stateFields(versions: readonly VersionName[]): readonly string[] {
  const sources = new Set(versions.map((version) => sourceField(entityOf(version))));
  return [epochField, seqField, ...sources, ...versions.flatMap(versionFields)];
}

/** Where fields are read from: a transaction, or the reply to an HMGET. */
export interface FieldSource {
  field(name: string): Buffer | undefined;
}

export function readState(fields: FieldSource, versions: readonly VersionName[]): SchemaState {
  const entities = [...new Set(versions.map(entityOf))];
  return {
    epoch: fields.field(epochField)?.toString("latin1"),
    seq: readSeq(fields),
    versions: new Map(versions.map((version) => [version, readVersion(fields, version)])),
    sources: new Map(entities.map((entity) => [entity, readSource(fields, entity)])),
  };
}

export function readSeq(fields: FieldSource): number {
  return Number(fields.field(seqField)?.toString("latin1") ?? 0);
}

export function readSource(fields: FieldSource, entity: string): number {
  return Number(fields.field(sourceField(entity))?.toString("latin1") ?? 0);
}

export function readVersion(fields: FieldSource, version: VersionName): VersionState {
  const head = decodeStoredManifest(fields.field(headField(version)));
  const next = decodeStoredManifest(fields.field(nextField(version)));
  const push = readPush(fields, version);
  const loads = readLoads(fields, version);
  const purge = readPurge(fields, version);
  return {
    ...(head === undefined ? {} : { head }),
    ...(next === undefined ? {} : { next }),
    history: readHistory(fields, version),
    ...(push === undefined ? {} : { push }),
    ...(loads.length === 0 ? {} : { loads }),
    ...(purge === undefined ? {} : { purgedAtMs: purge.atMs }),
  };
}

function readHistory(fields: FieldSource, version: VersionName): readonly StoredManifest[] {
  const history: StoredManifest[] = [];
  for (let place = 1; place <= HISTORY_LENGTH; place++) {
    const manifest = decodeStoredManifest(fields.field(historyField(version, place)));
    if (manifest !== undefined) history.push(manifest);
  }
  return history;
}

/** `load void source at`, four numbers. */
function readPush(fields: FieldSource, version: VersionName): PushRecord | undefined {
  const numbers = readNumbers(fields.field(pushField(version)), 4);
  if (numbers === undefined) return undefined;
  const [load = 0, voidSeq = 0, source = 0, atMs = 0] = numbers;
  return { load, void: voidSeq, source, atMs };
}

/** Tickets, ascending. */
export function readLoads(fields: FieldSource, version: VersionName): readonly number[] {
  const words = fields.field(loadsField(version))?.toString("latin1").split(" ") ?? [];
  return words.filter((word) => /^\d+$/.test(word)).map(Number);
}

/** `at seq`: a purge voids the tickets issued until then, as a published load does. */
export function readPurge(
  fields: FieldSource,
  version: VersionName,
): { readonly atMs: number; readonly void: number } | undefined {
  const numbers = readNumbers(fields.field(purgedField(version)), 2);
  if (numbers === undefined) return undefined;
  const [atMs = 0, voidSeq = 0] = numbers;
  return { atMs, void: voidSeq };
}

function readNumbers(value: Buffer | undefined, count: number): readonly number[] | undefined {
  const words = value?.toString("latin1").split(" ") ?? [];
  return words.length === count && words.every((word) => /^\d+$/.test(word))
    ? words.map(Number)
    : undefined;
}
