/**
 * What an operator does when a revision turns out bad: serve an older one again (`rollback`), hold what is
 * served while pushes go on (`pin`), let them through again (`unpin`). Nothing is loaded and no bytes are
 * copied; revisions never fall. Several collections are moved all or none.
 */
import { randomBytes } from "node:crypto";
import { decodeManifest, encodeManifest, type Manifest } from "../../bytes/manifest.js";
import type { AnyEntityDefinition } from "../../definition.js";
import { CachedCollectionsError } from "../../errors.js";
import type {
  PublishEntry,
  SchemaState,
  Store,
  StoredManifest,
  VersionName,
  VersionState,
} from "../../store/store.js";
import { keptIn } from "../follow/published-revision.js";
import { versionOf } from "./heads.js";

/** One collection, and the revision that it is moved to; undefined: the one that is served. */
export interface Move {
  readonly definition: AnyEntityDefinition;
  readonly to: number | undefined;
}

/** What is served of each collection afterwards. */
export type ServedRevisions = ReadonlyMap<AnyEntityDefinition, number>;

/**
 * Serves older revisions again, as new ones. Rejects with ERR_NO_REVISION when one is not kept any more, and
 * with ERR_PINNED when a collection is pinned. The next push publishes over it: pin what must stay.
 */
export function rollback(store: Store, moves: readonly Move[]): Promise<ServedRevisions> {
  return operate(store, moves, (plan) => {
    if (plan.state.next !== undefined) throw plan.pinned();
    const target = plan.find();
    if (target.id === plan.head.id) return undefined;
    return { mode: "rollback", manifest: plan.again(target, "rollback", 1) };
  });
}

/**
 * Serves these revisions until `unpin`; what is published meanwhile is held back. Moves a pin that is there.
 * Rejects with ERR_NO_REVISION.
 */
export function pin(store: Store, moves: readonly Move[]): Promise<ServedRevisions> {
  return operate(store, moves, (plan) => {
    const target = plan.find();
    const { head, state } = plan;
    if (target.id === head.id) {
      return state.next === undefined ? { mode: "pin", manifest: head, next: head } : undefined;
    }
    // What is held back gets a later revision than what is served meanwhile.
    const next = plan.again(state.next ?? head, undefined, 2);
    return { mode: "pin", manifest: plan.again(target, "pin", 1), next };
  });
}

/** Serves what was held back. Nothing happens to collections that are not pinned. */
export function unpin(
  store: Store,
  definitions: readonly AnyEntityDefinition[],
): Promise<ServedRevisions> {
  const moves = definitions.map((definition) => ({ definition, to: undefined }));
  return operate(store, moves, ({ state }) =>
    state.next === undefined ? undefined : { mode: "unpin", manifest: state.next },
  );
}

type Decision = Pick<PublishEntry, "mode" | "manifest" | "next"> | undefined;

async function operate(
  store: Store,
  moves: readonly Move[],
  decide: (plan: Plan) => Decision,
): Promise<ServedRevisions> {
  const packageName = moves[0]?.definition.package ?? "";
  const schema = store.schema(packageName);
  const setId = randomId();
  for (let attempt = 1; ; attempt++) {
    const ticket = randomId();
    const versions = moves.map(({ definition }) => versionOf(definition));
    const { state } = await schema.issueTicket(ticket, versions);
    const plans = moves.map((move) => new Plan(move, state, ticket, setId));
    const entries = plans.flatMap((plan) => plan.entry(decide(plan)));
    const served = new Map(plans.map((plan) => [plan.definition, plan.servedRevision]));
    if (entries.length === 0) return served;
    const { outcome, version } = await schema.publish({
      ticket,
      epoch: state.epoch ?? "",
      entries,
    });
    if (outcome === "published" || outcome === "already") return served;
    // Somebody published in between: what is served is another revision now.
    if (outcome === "incomplete" || attempt === ATTEMPTS)
      throw refused(packageName, version, outcome);
  }
}

const ATTEMPTS = 20;

/** What is known of one collection, and what becomes of it. */
class Plan {
  readonly definition: AnyEntityDefinition;
  readonly state: VersionState;
  readonly head: StoredManifest;
  servedRevision: number;
  readonly #version: VersionName;
  readonly #to: number | undefined;
  readonly #source: number;
  readonly #place: Pick<Manifest, "epoch" | "ticket" | "setId">;

  constructor({ definition, to }: Move, schema: SchemaState, ticket: string, setId: string) {
    this.definition = definition;
    this.#version = versionOf(definition);
    this.#to = to;
    this.state = schema.versions.get(this.#version) ?? { history: [] };
    this.#source = schema.sources.get(definition.entity) ?? 0;
    this.#place = { epoch: schema.epoch ?? "", ticket, setId };
    if (this.state.head === undefined) throw this.#notKept("nothing is published");
    this.head = this.state.head;
    this.servedRevision = this.head.revision;
  }

  /** The revision to move to. */
  find(): StoredManifest {
    if (this.#to === undefined) return this.head;
    const kept = keptIn(this.state);
    const found = kept.find(({ revision }) => revision === this.#to);
    if (found !== undefined) return found;
    const known = kept.map(({ revision }) => revision).join(", ");
    throw this.#notKept(`revision ${this.#to} is not kept; kept are ${known}`);
  }

  /** The same content under a new manifest, `above` the highest revision that is known. */
  again(
    stored: StoredManifest,
    origin: "rollback" | "pin" | undefined,
    above: number,
  ): StoredManifest {
    const highest = Math.max(...keptIn(this.state).map(({ revision }) => revision));
    const manifest = decodeManifest(stored.bytes, this.definition);
    return encodeManifest({
      ...manifest,
      ...this.#place,
      revision: highest + above,
      origin: origin ?? manifest.origin,
    });
  }

  entry(decision: Decision): readonly PublishEntry[] {
    if (decision === undefined) return [];
    this.servedRevision = decision.manifest.revision;
    const builtOn = (this.state.next ?? this.head).id;
    const about = { version: this.#version, builtOn, source: this.#source, raiseSource: false };
    return [{ ...about, ...decision }];
  }

  pinned(): CachedCollectionsError {
    return new CachedCollectionsError(
      "ERR_PINNED",
      this.#subject,
      `it is pinned to revision ${this.head.revision}; unpin it first, or pin it to another revision`,
    );
  }

  get #subject(): string {
    return `${this.definition.package}.${this.definition.entity}`;
  }

  #notKept(why: string): CachedCollectionsError {
    return new CachedCollectionsError("ERR_NO_REVISION", this.#subject, why);
  }
}

function refused(
  packageName: string,
  version: VersionName | undefined,
  outcome: string,
): CachedCollectionsError {
  const subject = version === undefined ? packageName : `${packageName}.${version}`;
  return outcome === "incomplete"
    ? new CachedCollectionsError("ERR_NO_REVISION", subject, "data of that revision is missing")
    : new CachedCollectionsError("ERR_TIMEOUT", subject, "others keep publishing; try again");
}

const randomId = (): string => randomBytes(16).toString("hex");
