/** `status`: what the store holds for each collection, of this build and of others. It follows nothing and loads nothing. */
import type { KeptRevision, VersionInfo } from "cached-collections";
import { Command } from "commander";
import { choose } from "./choose.js";
import type { OperateSpec } from "./operate-command.js";
import { count, moment, size } from "./words.js";

/** One collection. */
export interface CollectionStatus {
  readonly collection: string;
  readonly store: string;
  /** The schema hash of this build. */
  readonly hash: string;
  /** Whether anything is published with that hash. */
  readonly isPublished: boolean;
  /** All in the store, the newest publication first. */
  readonly versions: readonly VersionInfo[];
}

const HELP = `
Exit codes:
  0  something is published for each collection of this build
  1  for one of them nothing is
  2  an error: in the config file, in the arguments, or of the store`;

export const statusSpec: OperateSpec<CollectionStatus, object> = {
  command: () =>
    new Command("status")
      .description("Show what is published, of this build and of others.")
      .argument("[collections...]", "data sets and collections; default: all")
      .addHelpText("after", HELP),
  async *run(units, names) {
    for (const { unit, collections } of choose(units, names)) {
      for (const { name, entityClass } of collections) {
        const { hash } = entityClass;
        const versions = await entityClass.versions(unit.store);
        const isPublished = versions.some(({ current, revision }) => current && revision > 0);
        yield { collection: name, store: unit.store.label, hash, isPublished, versions };
      }
    }
  },
  text: ({ collection, store, hash, isPublished, versions }) => {
    const missing = `  ${hash} (this build) serves nothing: push, or start a process that has a loader`;
    const lines = versions.filter(({ revision }) => revision > 0).flatMap(versionLines);
    return [`${collection} in ${store}`, ...(isPublished ? [] : [missing]), ...lines].join("\n");
  },
  isNo: ({ isPublished }) => !isPublished,
};

function versionLines(version: VersionInfo): string[] {
  const { hash, current, revision, origin, history, heldBack, publishedAt, live } = version;
  const build = current ? `${hash} (this build)` : hash;
  const facts = [
    `  ${build} serves revision ${revision} (${origin ?? "?"}): ${content(version)}`,
    ...(publishedAt === undefined ? [] : [`last load ${moment(publishedAt)}`]),
    live === 0 ? "no process" : count(live, "process"),
  ];
  const kept = history.map((each) => `${each.revision} (${each.origin ?? "?"}, ${content(each)})`);
  return [
    facts.join("; "),
    ...(heldBack === undefined ? [] : [`    pinned; unpin serves ${content(heldBack)}`]),
    ...(kept.length === 0 ? [] : [`    keeps ${kept.join(", ")}`]),
  ];
}

function content({ records, sizeBytes }: Pick<KeptRevision, "records" | "sizeBytes">): string {
  if (records === undefined || sizeBytes === undefined) return "cannot be read";
  return `${count(records, "record")}, ${size(sizeBytes)}`;
}
