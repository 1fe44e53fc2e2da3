/**
 * The sharing thread's side: it follows its store as always, and tells the threads that are attached to it what
 * it serves whenever a check has ended, and when one of them asks.
 */
import { randomBytes } from "node:crypto";
import { BroadcastChannel } from "node:worker_threads";
import { shareParts } from "../../snapshot/shared-parts.js";
import type { Store, StoredManifest } from "../../store/store.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import { asStoreError, followerOf, type Follower } from "../follow/follower.js";
import type { HeldRevision } from "../follow/held-revision.js";
import { now } from "../timing.js";
import { AttachedStore } from "./attached-store.js";
import {
  processNow,
  toldError,
  type Ask,
  type AskLook,
  type LookReport,
  type Message,
  type Request,
  type ToldRevision,
  type ToldVersion,
} from "./messages.js";
import { NAME_PREFIX } from "./thread-channel.js";

const shares = new WeakMap<Store, StoreShare>();

/**
 * Shares what this thread's collections of the store serve with other threads of the process, and returns the
 * name by which they attach to it: give it to `attachedStore` there, through `workerData` for one. Any number of
 * threads may attach, and end, without anything to do here. Sharing costs a message for each check, ends when
 * the store closes, and keeps no process alive. Called again it returns the same name.
 */
export function shareStore(store: Store): string {
  if (store instanceof AttachedStore) return store.name;
  const share = shares.get(store) ?? new StoreShare(store);
  shares.set(store, share);
  return share.name;
}

class StoreShare {
  readonly name: string = NAME_PREFIX + randomBytes(16).toString("hex");
  readonly #store: Store;
  readonly #channel: BroadcastChannel = new BroadcastChannel(this.name);
  /** Followers that it listens to. */
  readonly #known = new WeakSet<Follower>();
  /** The manifest whose revision was last told. */
  readonly #told = new WeakMap<FollowedVersion, string>();
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
    this.#channel.unref();
    this.#channel.addEventListener("message", (event) => {
      const { data } = event as Event & { readonly data: Message | Request };
      if (data.kind === "request") void this.#reply(data);
    });
    store.onClose(() => {
      this.#post({ kind: "closed" });
      this.#closed = true;
      this.#channel.close();
      shares.delete(store);
      return Promise.resolve();
    });
  }

  async #reply({ id, package: packageName, ask }: Request): Promise<void> {
    try {
      const value = await this.#answer(packageName, ask);
      this.#post({ kind: "reply", to: id, value });
    } catch (error) {
      this.#post({ kind: "reply", to: id, error: toldError(asStoreError(packageName, error)) });
    }
  }

  #answer(packageName: string, ask: Ask): Promise<unknown> {
    switch (ask.do) {
      case "look":
        return this.#look(this.#followerOf(packageName), ask);
      case "invalidate":
        return this.#store.schema(packageName).invalidate(ask.entities);
      case "versions":
        return this.#store.schema(packageName).versions(ask.entity);
      case "purge":
        return this.#store.schema(packageName).purge(ask.version);
    }
  }

  async #look(follower: Follower, { fresh, has, open }: AskLook): Promise<LookReport> {
    try {
      if (!fresh || follower.versions.length === 0) return { failures: [], held: [] };
      // What another thread reads is fetched like what this one reads.
      for (const each of follower.versions) if (open.includes(each.version)) each.touch();
      const { failures, held } = await follower.check();
      return {
        failures: [...failures].map(([version, error]) => [version, toldError(error)]),
        held: [...held],
      };
    } finally {
      this.#tell(follower, false, (id) => has.includes(id));
    }
  }

  /** Listens to a follower from the first time that a thread asks for its schema. */
  #followerOf(packageName: string): Follower {
    const follower = followerOf(this.#store, packageName);
    if (this.#known.has(follower)) return follower;
    this.#known.add(follower);
    follower.listeners.add(() => {
      this.#tell(follower, true, (id, followed) => this.#told.get(followed) === id);
    });
    return follower;
  }

  #tell(
    follower: Follower,
    checked: boolean,
    isKnown: (manifestId: string, followed: FollowedVersion) => boolean,
  ): void {
    const versions = follower.versions.map((followed) => {
      const { served } = followed;
      const isNew = served !== undefined && !isKnown(served.stored.id, followed);
      if (isNew) this.#told.set(followed, served.stored.id);
      return toldVersion(follower, followed, isNew ? toldRevision(served) : undefined);
    });
    const { packageName, checkIntervalMs } = follower;
    this.#post({ kind: "state", package: packageName, checked, checkIntervalMs, versions });
  }

  #post(message: Message): void {
    if (!this.#closed) this.#channel.postMessage(message);
  }
}

function toldVersion(
  follower: Follower,
  followed: FollowedVersion,
  revision: ToldRevision | undefined,
): ToldVersion {
  const at = processNow();
  const failure = follower.failureOf(followed);
  return {
    version: followed.version,
    status: follower.statusOf(followed),
    failure: failure && toldError(failure),
    isPinned: followed.isPinned,
    confirmedAt: at - followed.ageMs,
    checkedAt: at - now() + (followed.checkedAt ?? -Infinity),
    known: followed.known.map(({ id, epoch, revision }) => ({ id, epoch, revision })),
    isUnread: followed.whenRead !== undefined,
    manifestId: followed.served?.stored.id,
    revision,
  };
}

function toldRevision({ stored, core }: HeldRevision): ToldRevision {
  // Its bytes may be a small part of a large buffer, which cloning would copy whole.
  const own: StoredManifest = { ...stored, bytes: Uint8Array.from(stored.bytes) };
  return { stored: own, parts: shareParts(core.parts) };
}
