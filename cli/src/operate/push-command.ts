/** `push`: loads through the app's loaders and publishes. A deploy runs it before its processes start. */
import type { PushOptions, PushOutcome, PushResult } from "cached-collections";
import { Command } from "commander";
import type { AppCollection } from "./app.js";
import { choose, type Choice } from "./choose.js";
import { wholeNumber, type OperateSpec } from "./operate-command.js";
import { count, size } from "./words.js";

/** One collection. */
export interface Pushed {
  readonly collection: string;
  readonly store: string;
  readonly hash: string;
  readonly outcome: PushOutcome;
  /** A pin holds it back: nobody serves it before `unpin`. */
  readonly heldBack: boolean;
  readonly revision: number;
  readonly records: number;
  /** Of what was published for it; 0 when it is identical. */
  readonly sizeBytes: number;
  /** Dangling references of which the schema only warns. */
  readonly warnings: readonly string[];
}

interface Options {
  readonly replicas?: string;
}

const HELP = `
A whole data set is published at once or not at all. Rows that are the same publish nothing. A build that nothing was
published for yet gets its first revision; other builds are left alone.`;

export const pushSpec: OperateSpec<Pushed, Options> = {
  command: () =>
    new Command("push")
      .description("Load through your loaders and publish.")
      .argument("[collections...]", "data sets and collections; default: all")
      .option("--replicas <n>", "wait until so many replicas of the Redis have it")
      .addHelpText("after", HELP),
  async *run(units, names, { replicas }) {
    const options = replicas === undefined ? {} : { replicas: wholeNumber("--replicas", replicas) };
    for (const choice of choose(units, names)) yield* pushed(choice, options);
  },
  text: ({ collection, outcome, heldBack, revision, records, sizeBytes, warnings }) => {
    const what = `${collection}: ${HOW[outcome]} revision ${revision}, ${count(records, "record")}`;
    const sent = outcome === "published" ? `, ${size(sizeBytes)} sent` : "";
    const pinned = heldBack ? "; pinned, so nobody serves it before unpin" : "";
    return [what + sent + pinned, ...warnings.map((warning) => `  warning: ${warning}`)].join("\n");
  },
};

const HOW: Readonly<Record<PushOutcome, string>> = {
  published: "published as",
  identical: "the same rows as",
  superseded: "superseded by",
};

async function* pushed(
  { unit, collections, isWhole }: Choice,
  options: PushOptions,
): AsyncGenerator<Pushed> {
  if (unit.dataset !== undefined && isWhole) {
    const { collections: results } = await unit.dataset.handle.push(options);
    for (const collection of collections) {
      const result = results[collection.property];
      if (result !== undefined) yield pushedOf(collection, result);
    }
  } else {
    for (const collection of collections)
      yield pushedOf(collection, await collection.handle.push(options));
  }
}

function pushedOf({ name, handle, entityClass }: AppCollection, result: PushResult): Pushed {
  const { outcome, heldBack, revision, records, sizeBytes } = result;
  return {
    collection: name,
    store: handle.store.label,
    hash: entityClass.hash,
    outcome,
    heldBack,
    revision,
    records,
    sizeBytes,
    warnings: result.warnings.map(({ message }) => message),
  };
}
