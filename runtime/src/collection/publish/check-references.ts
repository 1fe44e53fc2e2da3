/**
 * Whether all references of what is about to be published lead somewhere. Rows that changed are asked for what
 * they refer to. The others were asked when they were published, and that holds as long as their targets lost
 * no key since: a manifest says in which publication of a target its references were found. Only where that
 * does not tell, all records are decoded and asked again.
 */
import { describeGivenKey, describeKey } from "../../bytes/describe-key.js";
import { keyValues } from "../../bytes/key-message.js";
import { liveParts } from "../../bytes/live-parts.js";
import type { CheckedTarget, Manifest } from "../../bytes/manifest.js";
import { sameKey } from "../../bytes/scalar.js";
import { inSlices, type Steps } from "../../bytes/steps.js";
import type { AnyEntityDefinition } from "../../definition.js";
import { CachedCollectionsError } from "../../errors.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Planned } from "./candidate.js";
import { versionOf, type Heads } from "./heads.js";
import { leftOut, type LoadUnit } from "./load-unit.js";
import { ReferenceKeys, type Dangling } from "./reference-keys.js";
import { targetOf, type ReferenceTarget } from "./reference-targets.js";

/** What is known of a collection's references. */
export interface CheckedReferences {
  /** References without a target that the schema only warns of, one for each reference. */
  readonly warnings: readonly CachedCollectionsError[];
  /** Where all others were found. */
  readonly checked: readonly CheckedTarget[];
}

export interface ReferenceCheck {
  readonly unit: LoadUnit;
  readonly planned: readonly Planned[];
  readonly heads: Heads;
  /** Of what is about to be published. */
  readonly setId: string;
  /** A patch of one collection answers for its own rows, not for those that it leaves alone. */
  readonly onlyOwn: boolean;
  readonly signal: AbortSignal;
}

/** Throws ERR_DANGLING_REFERENCE for the first that the schema does not only warn of. */
export async function checkReferences(
  check: ReferenceCheck,
): Promise<ReadonlyMap<FollowedVersion, CheckedReferences>> {
  const { planned, setId, heads, signal } = check;
  const targets = new Map<AnyEntityDefinition, ReferenceTarget>();
  const results = new Map<FollowedVersion, CheckedReferences>();
  for (const each of planned) {
    for (const definition of targetsOf(each)) {
      if (targets.has(definition)) continue;
      targets.set(definition, await targetOf(definition, planned, setId, heads, signal));
    }
    results.set(each.followed, await checkOne(each, targets, check));
  }
  return results;
}

function targetsOf({ followed }: Planned): ReadonlySet<AnyEntityDefinition> {
  return new Set(followed.definition.references.map(({ target }) => target()));
}

type Targets = ReadonlyMap<AnyEntityDefinition, ReferenceTarget>;

async function checkOne(
  planned: Planned,
  targets: Targets,
  { unit, onlyOwn, signal }: ReferenceCheck,
): Promise<CheckedReferences> {
  const all = targetsOf(planned);
  let proven = provenTargets(planned, all, targets);
  let keys = planned.candidate.loaded.references;
  if (proven.size < all.size && !onlyOwn) {
    keys = await inSlices(keysOfAll(planned), signal);
    proven = all;
  }
  const steps = keys.dangling(({ target }) => targets.get(target())?.keys);
  const dangling = await inSlices(steps, signal);
  const warnings: CachedCollectionsError[] = [];
  for (const each of dangling) {
    const error = await inSlices(describe(planned, each, unit, targets), signal);
    if (each.reference.dangling === "error") throw error;
    warnings.push(error);
  }
  const missed = new Set(dangling.map(({ reference }) => reference.target()));
  const found = [...proven].filter((target) => !missed.has(target));
  return { warnings, checked: remember(planned, found, targets) };
}

/** The targets in which the rows that did not change are known to find what they refer to. */
function provenTargets(
  { unchanged }: Planned,
  all: ReadonlySet<AnyEntityDefinition>,
  targets: Targets,
): ReadonlySet<AnyEntityDefinition> {
  const isProven = (target: AnyEntityDefinition): boolean =>
    unchanged.every((manifest) =>
      (foundLater.get(manifest) ?? manifest.checked).some(
        ({ entity, setId }) =>
          entity === target.entity && targets.get(target)?.keepsKeysOf(setId) === true,
      ),
    );
  return new Set([...all].filter(isProven));
}

/** What is published stays as it is; this process remembers what it found out about it later. */
const foundLater = new WeakMap<Manifest, readonly CheckedTarget[]>();

function remember(
  { unchanged, layers }: Planned,
  found: readonly AnyEntityDefinition[],
  targets: Targets,
): readonly CheckedTarget[] {
  const checked = found.flatMap((target) => {
    const setId = targets.get(target)?.setId;
    return setId === undefined ? [] : [{ entity: target.entity, setId }];
  });
  const published = unchanged.at(-1);
  if (layers === undefined && published !== undefined) foundLater.set(published, checked);
  return checked;
}

function* keysOfAll({ followed, segments }: Planned): Steps<ReferenceKeys> {
  const { definition } = followed;
  const keys = new ReferenceKeys(definition);
  for (const record of yield* liveParts(definition, segments)) {
    for (let at = record.nextLive(0); at < record.segment.records; at = record.nextLive(at + 1)) {
      keys.note(record.segment.decode(at));
      if (at % 64 === 0) yield;
    }
  }
  return keys;
}

function* describe(
  planned: Planned,
  dangling: Dangling,
  unit: LoadUnit,
  targets: Targets,
): Steps<CachedCollectionsError> {
  const { reference, key } = dangling;
  const { package: packageName, entity } = planned.followed.definition;
  const { name, to, target } = reference;
  const why =
    targets.get(target())?.keys === undefined
      ? nothingOf(target(), unit)
      : `there is no such ${to}`;
  const from = yield* firstWith(planned, dangling);
  return new CachedCollectionsError(
    "ERR_DANGLING_REFERENCE",
    `${packageName}.${entity}`,
    `${from}: ${name} refers to ${to} ${describeGivenKey(target().key, key)}, but ${why}`,
  );
}

function nothingOf(target: AnyEntityDefinition, unit: LoadUnit): string {
  const { entity } = target;
  const missing = leftOut(unit).find(({ followed }) => followed.version === versionOf(target));
  if (missing === undefined) {
    return `nothing of ${entity} is published; push the data set, or ${entity} first`;
  }
  const { name } = missing;
  return `nothing of ${entity} is published, and the data set's load has no ${name}: add load.${name}, or push ${entity} first`;
}

/** The name of a record that refers to this key. */
function* firstWith({ followed, segments }: Planned, { reference, key }: Dangling): Steps<string> {
  const { definition } = followed;
  const fields = reference.target().key;
  const wanted = keyValues(fields, key);
  const isWanted = (other: unknown): boolean => sameKey(keyValues(fields, other), wanted);
  for (const part of yield* liveParts(definition, segments)) {
    for (let at = part.nextLive(0); at < part.segment.records; at = part.nextLive(at + 1)) {
      const record = part.segment.decode(at);
      if (at % 64 === 0) yield;
      if (!reference.keys(record).some(isWanted)) continue;
      return definition.key.length === 0 ? `row ${at + 1}` : describeKey(definition.key, record);
    }
  }
  return "a record";
}
