/**
 * `pin`, `rollback`, `unpin`: which revision is served. What is in a data set moves through the data set, all or
 * nothing, because its collections may refer to each other.
 */
import type { RevisionsByName, Store } from "cached-collections";
import { Command } from "commander";
import type { AppCollection, AppUnit, DatasetClass, EntityClass } from "./app.js";
import { choose, chooseOne } from "./choose.js";
import { badArgument, wholeNumber, type OperateSpec } from "./operate-command.js";

/** One collection. */
export interface Served {
  readonly collection: string;
  readonly store: string;
  /** The version that was moved. */
  readonly hash: string;
  /** The number under which it is served from now on. */
  readonly revision: number;
}

interface Options {
  readonly hash?: string;
}

type HeadsSpec = OperateSpec<Served, Options>;

/** What differs between the three. */
interface Heads {
  command(): Command;
  /** Whether a name goes with a number. */
  readonly revisions: "needed" | "possible" | "none";
  all(of: DatasetClass, store: Store, to: RevisionsByName): Promise<RevisionsByName>;
  one(of: EntityClass, store: Store, move: Move): Promise<number>;
}

interface Move {
  readonly to?: number;
  readonly hash?: string;
}

const PIN_HELP = `
"pin city=41" serves revision 41 of city again. A name without a number is held at what it serves, and so is everything else
in its data set. Pushes and loads go on and are held back; unpin serves the last of them. status lists the revisions that
are kept.`;

export const pinSpec: HeadsSpec = headsSpec({
  command: () =>
    new Command("pin")
      .description("Serve one revision and hold back what is pushed, until unpin.")
      .argument("[collection=revision...]", "default: everything as it is served now")
      .addHelpText("after", PIN_HELP),
  revisions: "possible",
  all: (of, store, to) => of.pin(store, { to }),
  one: (of, store, move) => of.pin(store, move),
});

export const rollbackSpec: HeadsSpec = headsSpec({
  command: () =>
    new Command("rollback")
      .description("Serve an older revision again, until the next push.")
      .argument(
        "<collection=revision...>",
        "such as city=41; status lists the revisions that are kept",
      ),
  revisions: "needed",
  all: (of, store, to) => of.rollback(store, { to }),
  one: (of, store, { to = 0, ...build }) => of.rollback(store, { to, ...build }),
});

export const unpinSpec: HeadsSpec = headsSpec({
  command: () =>
    new Command("unpin")
      .description("Serve what a pin held back.")
      .argument(
        "[collections...]",
        "data sets and collections, these with all of their data set; default: all",
      ),
  revisions: "none",
  all: (of, store) => of.unpin(store),
  one: (of, store, { hash }) => of.unpin(store, hash),
});

function headsSpec(heads: Heads): HeadsSpec {
  const hashOf = "of another build, by its schema hash; with one collection, which is moved alone";
  return {
    command: () => heads.command().option("--hash <hash>", hashOf),
    text: ({ collection, hash, revision }) => `${collection} ${hash}: serves revision ${revision}`,
    async *run(units, operands, { hash }) {
      const wanted = operands.map((operand) => wantedOf(operand, heads.revisions));
      if (hash !== undefined) {
        yield await ofBuild(heads, units, wanted, hash);
        return;
      }
      const names = wanted.map(({ name }) => name);
      const revisions = revisionsOf(units, wanted);
      for (const { unit } of choose(units, names)) yield* moved(heads, unit, revisions);
    },
  };
}

/** `city=41`. */
interface Wanted {
  readonly name: string;
  readonly to: number | undefined;
}

function wantedOf(operand: string, revisions: Heads["revisions"]): Wanted {
  const [name = "", revision, ...more] = operand.split("=");
  if (revisions === "none" && revision !== undefined) {
    throw badArgument(`${JSON.stringify(operand)} is no name of a collection`, `write ${name}`);
  }
  if (name === "" || more.length > 0 || (revisions === "needed" && revision === undefined)) {
    throw badArgument(`${JSON.stringify(operand)} names no revision`, "write it like city=41");
  }
  return {
    name,
    to: revision === undefined ? undefined : wholeNumber(`of ${name} the revision`, revision),
  };
}

function revisionsOf(
  units: readonly AppUnit[],
  wanted: readonly Wanted[],
): ReadonlyMap<AppCollection, number> {
  const revisions = new Map<AppCollection, number>();
  for (const { name, to } of wanted) {
    if (to === undefined) continue;
    const collection = chooseOne(units, name);
    if (revisions.has(collection)) {
      throw badArgument(`${collection.name} is given two revisions`, "write one of them");
    }
    revisions.set(collection, to);
  }
  return revisions;
}

async function* moved(
  heads: Heads,
  { store, collections, dataset }: AppUnit,
  revisions: ReadonlyMap<AppCollection, number>,
): AsyncGenerator<Served> {
  if (dataset === undefined) {
    for (const collection of collections)
      yield await movedAlone(heads, collection, revisions.get(collection));
    return;
  }
  const to = collections.flatMap((collection) => {
    const revision = revisions.get(collection);
    return revision === undefined ? [] : [[collection.property, revision] as const];
  });
  const served = await heads.all(dataset.datasetClass, store, Object.fromEntries(to));
  for (const collection of collections) {
    const revision = served[collection.property];
    if (revision !== undefined) yield servedOf(collection, revision);
  }
}

async function ofBuild(
  heads: Heads,
  units: readonly AppUnit[],
  wanted: readonly Wanted[],
  hash: string,
): Promise<Served> {
  const [one, ...more] = wanted;
  if (one === undefined || more.length > 0) {
    throw badArgument(`--hash goes with one collection, not with ${wanted.length}`, "name one");
  }
  return movedAlone(heads, chooseOne(units, one.name), one.to, hash);
}

async function movedAlone(
  heads: Heads,
  collection: AppCollection,
  to: number | undefined,
  hash?: string,
): Promise<Served> {
  const move = { ...(to === undefined ? {} : { to }), ...(hash === undefined ? {} : { hash }) };
  const { entityClass, handle } = collection;
  return servedOf(collection, await heads.one(entityClass, handle.store, move), hash);
}

function servedOf(
  { name, handle, entityClass }: AppCollection,
  revision: number,
  hash: string = entityClass.hash,
): Served {
  return { collection: name, store: handle.store.label, hash, revision };
}
