/** Makes one segment of several: a base of all of them, or one delta of the newest ones. */
import type { AnyEntityDefinition } from "../definition.js";
import { removedKeys, type LivePart } from "./live-parts.js";
import { SegmentBuilder, type BuiltSegment } from "./segment-builder.js";
import type { Steps } from "./steps.js";

/** A base of what is live in these parts, which are all of a revision. */
export function* mergeIntoBase(
  definition: AnyEntityDefinition,
  parts: readonly LivePart[],
): Steps<BuiltSegment> {
  const builder = yield* copyLive(definition, parts, false);
  return yield* builder.finish();
}

/** A delta of these parts, the newest of a revision: what they remove is removed still. */
export function* mergeIntoDelta(
  definition: AnyEntityDefinition,
  parts: readonly LivePart[],
): Steps<BuiltSegment> {
  const builder = yield* copyLive(definition, parts, true);
  for (const { segment } of parts) {
    for (const values of removedKeys(definition, segment)) {
      yield;
      const cameBack = parts.some((part) => {
        const ordinal = part.find(values);
        return ordinal >= 0 && part.isLive(ordinal);
      });
      if (!cameBack) builder.removeValues(values);
    }
  }
  return yield* builder.finish();
}

function* copyLive(
  definition: AnyEntityDefinition,
  parts: readonly LivePart[],
  isDelta: boolean,
): Steps<SegmentBuilder<object, object>> {
  // The seed of all parts of a revision is that of its base.
  const seed = parts.at(-1)?.segment.layout.seed ?? 0;
  const builder = new SegmentBuilder<object, object>(definition, { seed, isDelta });
  for (const part of [...parts].reverse()) {
    const { records } = part.segment;
    for (let at = part.nextLive(0); at < records; at = part.nextLive(at + 1)) {
      builder.copy(part.messageOf(at), part.segment.decode(at));
      if (at % 64 === 0) yield;
    }
  }
  return builder;
}
