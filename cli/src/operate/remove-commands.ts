/** `prune` and `purge`: what the store holds of builds that are gone. */
import { Command } from "commander";
import type { AppCollection } from "./app.js";
import { choose } from "./choose.js";
import { badArgument, wholeNumber, type OperateSpec } from "./operate-command.js";
import { problemError } from "../problem.js";
import { count } from "./words.js";

/** One collection. */
export interface Removed {
  readonly collection: string;
  readonly store: string;
  /** The schema hashes of the versions that are gone. */
  readonly purged: readonly string[];
}

/** One collection. */
export interface Pruned extends Removed {
  /** What is left of the versions that are older than those to keep, the newest first. */
  readonly kept: readonly KeptVersion[];
}

export interface KeptVersion {
  /** The schema hash. */
  readonly hash: string;
  /** Processes that use it, which is why it was spared; 0 when the last one ended just now. */
  readonly live: number;
}

const PRUNE_HELP = `
Never removes this build's version nor one that a process uses: it says which those are. A process that is killed counts for
five minutes more. Run it from the newest build, when a deploy is over.`;

export const pruneSpec: OperateSpec<Pruned, { readonly keep: string }> = {
  command: () =>
    new Command("prune")
      .description("Remove the versions of old builds.")
      .argument("[collections...]", "data sets and collections; default: all")
      .requiredOption("--keep <n>", "how many versions stay, this build's and the newest others")
      .addHelpText("after", PRUNE_HELP),
  text: (pruned) => [removedText(pruned), ...pruned.kept.map(keptText)].join("\n"),
  async *run(units, names, options) {
    const keep = wholeNumber("--keep", options.keep);
    for (const { collections } of choose(units, names)) {
      for (const collection of collections) yield await pruned(collection, keep);
    }
  },
};

async function pruned({ name, handle, entityClass }: AppCollection, keep: number): Promise<Pruned> {
  const { store } = handle;
  const purged = await entityClass.prune(store, { keep });
  const left = await entityClass.versions(store);
  const older = left.filter(({ current }) => !current).slice(keep - 1);
  const kept = older.map(({ hash, live }) => ({ hash, live }));
  return { collection: name, store: store.label, purged, kept };
}

function keptText({ hash, live }: KeptVersion): string {
  if (live === 0)
    return `  kept ${hash}: the last process that used it ended just now; prune again`;
  return `  kept ${hash}: ${count(live, "process")} ${live === 1 ? "uses" : "use"} it`;
}

const PURGE_HELP = `
Cannot be undone. Processes that have its data go on serving it; one that starts with that build loads anew.`;

export const purgeSpec: OperateSpec<Removed, object> = {
  command: () =>
    new Command("purge")
      .description("Remove one version, whoever uses it.")
      .argument("<hash>", "its schema hash, as status shows it")
      .addHelpText("after", PURGE_HELP),
  text: removedText,
  async *run(units, [hash = ""]) {
    if (!/^[0-9a-f]{16}$/.test(hash)) {
      const fact = `${JSON.stringify(hash)} is no schema hash, which has 16 hexadecimal digits`;
      throw badArgument(fact, "copy it from status");
    }
    let isFound = false;
    for (const { unit, collections } of choose(units, [])) {
      for (const { name, entityClass } of collections) {
        if (!(await entityClass.purge(unit.store, hash))) continue;
        isFound = true;
        yield { collection: name, store: unit.store.label, purged: [hash] };
      }
    }
    if (!isFound) {
      const fact = `no collection has a version ${hash}`;
      const fix = "copy it from status; it may be gone already";
      throw problemError({ code: "no-version", fact, fix });
    }
  },
};

function removedText({ collection, purged }: Removed): string {
  return `${collection}: ${purged.length === 0 ? "nothing to remove" : `removed ${purged.join(", ")}`}`;
}
