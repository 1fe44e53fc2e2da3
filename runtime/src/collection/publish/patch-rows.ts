/** The rows of a patch: what a caller gave, compared with what is published. */
import { describeGivenKey, describeKeyShape } from "../../bytes/describe-key.js";
import { keyValues } from "../../bytes/key-message.js";
import { keyOfRecord } from "../../bytes/live-parts.js";
import { RowComparison } from "../../bytes/row-comparison.js";
import { SegmentBuilder } from "../../bytes/segment-builder.js";
import type { Normal } from "../../bytes/scalar.js";
import { inSlices } from "../../bytes/steps.js";
import { CachedCollectionsError } from "../../errors.js";
import { feed } from "./feed.js";
import type { Published } from "./layers.js";
import type { Loaded, LoadMember } from "./load-unit.js";
import type { Patch, PatchContext } from "../options.js";
import { ReferenceKeys } from "./reference-keys.js";
import { unlessAborted } from "../timing.js";

/** Whatever a caller gave, or a function that gives it. */
export type AnyPatch = object | ((context: PatchContext) => unknown);

/** What a patch gives, each time it is asked. Rejects with ERR_LOADER for what the caller's function throws. */
export async function givenBy(
  subject: string,
  source: AnyPatch,
  context: PatchContext,
): Promise<unknown> {
  if (typeof source !== "function") return source;
  try {
    const given = (source as (context: PatchContext) => unknown)(context);
    return await unlessAborted(Promise.resolve(given), context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    throw new CachedCollectionsError("ERR_LOADER", subject, `the patch failed: ${message}`, {
      cause: error,
    });
  }
}

/**
 * What a patch changes over a revision; while a load is under way, all of it: the load's rows may differ from it
 * where the revision does not. Rejects with ERR_INVALID_RECORD, ERR_DUPLICATE_KEY (also for a key that
 * is both given and removed), ERR_INVALID_ARGUMENT, or ERR_LOADER for what is no rows.
 */
export async function patchRows(
  member: LoadMember,
  over: Published,
  given: unknown,
  context: PatchContext,
  isLoading: boolean,
): Promise<Loaded> {
  const taking = new Taking(member, over, isLoading);
  const { subject } = member.followed;
  if (isPatch(given)) checkMembers(subject, given);
  const upsert = isPatch(given) ? (given.upsert ?? []) : given;
  const remove = isPatch(given) ? (given.remove ?? []) : [];
  await feed(subject, upsert, (row) => taking.upsert(row), context.signal);
  await feed(subject, remove, (key) => taking.remove(key), context.signal);
  const built = await inSlices(taking.builder.finish(), context.signal);
  const { removed } = built;
  return { member, built, hasAll: false, over, removed, references: taking.references };
}

/** Rows alone are an iterable, `{ upsert, remove }` is none. */
function isPatch(given: unknown): given is Patch<unknown, unknown> {
  if (typeof given !== "object" || given === null) return false;
  return !(Symbol.iterator in given) && !(Symbol.asyncIterator in given);
}

/** A misspelt member would change nothing, and say that all went well. */
function checkMembers(subject: string, given: object): void {
  const unknown = Object.keys(given).find((name) => name !== "upsert" && name !== "remove");
  if (unknown === undefined) return;
  const message = `patch: it has "${unknown}"; give { upsert, remove }`;
  throw new CachedCollectionsError("ERR_INVALID_ARGUMENT", subject, message);
}

class Taking {
  readonly builder: SegmentBuilder<object, object>;
  readonly references: ReferenceKeys;
  readonly #member: LoadMember;
  readonly #comparison: RowComparison;
  readonly #given = new Set<string>();
  #rows = 0;

  constructor(member: LoadMember, { parts }: Published, keepsAll: boolean) {
    const { definition } = member.followed;
    const seed = parts.at(-1)?.segment.layout.seed ?? 0;
    this.#member = member;
    this.builder = new SegmentBuilder(definition, { seed, isDelta: true });
    this.references = new ReferenceKeys(definition);
    this.#comparison = new RowComparison(definition, parts, this.builder, { keepsAll });
  }

  upsert(row: unknown): void {
    this.#rows++;
    if (typeof row !== "object" || row === null) {
      throw this.#error("ERR_INVALID_RECORD", `row ${this.#rows} of upsert is no object`);
    }
    const record = this.#comparison.take(row);
    if (record !== undefined) this.references.note(record);
    this.#given.add(tokenOf(keyOfRecord(this.#member.followed.definition, record ?? row)));
  }

  remove(given: unknown): void {
    const { key } = this.#member.followed.definition;
    const values = keyValues(key, given);
    const name = describeGivenKey(key, given);
    if (values === undefined) {
      const message = `${name} in remove is no key that it can have; give ${describeKeyShape(key)}`;
      throw this.#error("ERR_INVALID_ARGUMENT", message);
    }
    if (this.#given.has(tokenOf(values))) {
      throw this.#error("ERR_DUPLICATE_KEY", `${name} is both in upsert and in remove`);
    }
    this.#comparison.remove(values);
  }

  #error(code: CachedCollectionsError["code"], message: string): CachedCollectionsError {
    return new CachedCollectionsError(code, this.#member.followed.subject, message);
  }
}

/** Lengths keep ("a", "bc") and ("ab", "c") apart. */
function tokenOf(values: readonly Normal[]): string {
  return values.map((value) => `${String(value).length} ${String(value)}`).join("");
}
