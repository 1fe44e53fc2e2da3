/** A store that another thread of the process shares: what its collections serve is served here too. */
import { CachedCollectionsError } from "../../errors.js";
import { BaseStore } from "../../store/base-store.js";
import type { ListedVersion, SchemaStore, Store, VersionName } from "../../store/store.js";
import { AttachedFollower } from "./attached-follower.js";
import { NAME_PREFIX, ThreadChannel } from "./thread-channel.js";

/** How long the other thread may take over an operation on its store. */
const OPERATION_MS = 30_000;

/**
 * Attaches this thread to a store that another thread of the process shares; `name` is what `shareStore`
 * returned there. Collections and data sets opened on it serve what that thread's serve, from the same memory:
 * nothing is fetched, copied or checked again. They follow every revision and only read: what `push` and `patch`
 * are asked for is refused with ERR_READ_ONLY, loaders and intervals in their options are not used. `pull` asks
 * through the other thread and promises what it always does. The thread may end without closing it.
 */
export function attachedStore(name: string): Store {
  if (typeof name === "string" && name.startsWith(NAME_PREFIX)) return new AttachedStore(name);
  const message = `${JSON.stringify(name)} is not the name of a shared store; give what shareStore() returned`;
  throw new CachedCollectionsError("ERR_INVALID_ARGUMENT", "", message);
}

export class AttachedStore extends BaseStore {
  /** By which other threads can attach to the same store. */
  readonly name: string;
  readonly #followers = new Map<string, AttachedFollower>();
  readonly #channel: ThreadChannel;

  constructor(name: string) {
    super("shared store", true);
    this.name = name;
    this.#channel = new ThreadChannel(name, {
      told: (state) => this.#followers.get(state.package)?.take(state),
      closed: () => void this.close(),
    });
  }

  /** The schema's follower; made when there is none. */
  follower(packageName: string): AttachedFollower {
    if (this.closed) throw this.closedError();
    const existing = this.#followers.get(packageName);
    if (existing !== undefined && !existing.signal.aborted) return existing;
    const follower = new AttachedFollower(this.#channel, packageName);
    this.#followers.set(packageName, follower);
    return follower;
  }

  protected override openSchema(packageName: string): SchemaStore {
    const ask: Asked = (ask) => this.#channel.request(packageName, ask, OPERATION_MS);
    return attachedSchema(packageName, ask);
  }

  protected override async end(): Promise<void> {
    await Promise.all([...this.#followers.values()].map((follower) => follower.stop()));
    this.#channel.close(this.closedError());
  }
}

type Asked = (ask: Parameters<ThreadChannel["request"]>[1]) => Promise<unknown>;

/** What is asked of the store itself goes through the sharing thread; publishing does not. */
function attachedSchema(packageName: string, ask: Asked): SchemaStore {
  const refuse = (): Promise<never> => Promise.reject(readOnly(packageName));
  return {
    invalidate: (entities) =>
      ask({ do: "invalidate", entities }) as Promise<ReadonlyMap<string, number>>,
    versions: (entity) => ask({ do: "versions", entity }) as Promise<readonly ListedVersion[]>,
    purge: (version: VersionName) => ask({ do: "purge", version }) as Promise<boolean>,
    check: refuse,
    issueTicket: refuse,
    putChunk: refuse,
    chunkSizes: refuse,
    getChunk: refuse,
    publish: refuse,
    awaitReplicas: refuse,
    acquireLease: refuse,
    replaceLease: refuse,
    renewLease: refuse,
    releaseLease: refuse,
    failLease: refuse,
    restoreSource: refuse,
    sweep: refuse,
    heartbeat: refuse,
    leave: refuse,
    subscribe: refuse,
  };
}

/** What a thread that only reads answers to a push. */
export function readOnly(subject: string): CachedCollectionsError {
  const message =
    "this thread reads what another thread shares; push and patch there, on the store it called shareStore with";
  return new CachedCollectionsError("ERR_READ_ONLY", subject, message);
}
