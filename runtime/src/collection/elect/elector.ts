/**
 * Loads without being asked: when nothing is published, when the database changed, when `refreshEveryMs` has
 * passed, or when what is published is damaged. Every process with a loader is a candidate; the store grants
 * the lease to one, after seeing the need itself. Those not chosen look again when the lease should be over,
 * or when an announcement says that it happened.
 */
import { CachedCollectionsError } from "../../errors.js";
import type { LeaseReply, LeaseRequest, VersionName } from "../../store/store.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Follower } from "../follow/follower.js";
import { Leases } from "./leases.js";
import { loadable, type LoadMember, type LoadUnit } from "../publish/load-unit.js";
import type { LoadReason } from "../options.js";
import type { PushResults } from "../publish/push-job.js";
import { push } from "../publish/push.js";
import { RefreshClock } from "./refresh-clock.js";
import { backoffMs, jittered, later, now, soon } from "../timing.js";

/** `wait`: somebody else loads, or the last load failed a moment ago; look again after so many milliseconds. */
export type Election =
  | { readonly outcome: "loaded" | "not-needed" }
  | {
      readonly outcome: "wait";
      readonly forMs: number;
      /** The code with which the last load failed. */
      readonly failed: string | undefined;
    };

type Need = LeaseRequest["need"];

/** Between a load and the next, at least: a fleet that is told of many changes loads for the last of them. */
const LEAST_PAUSE_MS = 50;
/** The store sees no need where this process does: what it read was older. */
const AFTER_NOT_NEEDED_MS = 200;
const LONGEST_BACKOFF_MS = 60_000;
/** More than jitter makes of the pause of others. */
const LAST_FACTOR = 1.25;

/** A load that runs until its end, or until it is cut short. */
export type RunLoad = <T>(run: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export class Elector {
  readonly #follower: Follower;
  readonly #unit: LoadUnit;
  readonly #runLoad: RunLoad;
  readonly #pushed: (results: PushResults) => void;
  readonly #leases: Leases;
  readonly #refresh: RefreshClock;
  readonly #listener = (): void => this.#consider();
  readonly #stopper = (): Promise<void> => this.stop();
  #underWay: Promise<Election> | undefined;
  #failures = 0;
  /** How often in a row the store did not even say whether it grants. */
  #unanswered = 0;
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    follower: Follower,
    unit: LoadUnit,
    runLoad: RunLoad,
    pushed: (results: PushResults) => void,
  ) {
    this.#follower = follower;
    this.#unit = unit;
    this.#runLoad = runLoad;
    this.#pushed = pushed;
    this.#leases = new Leases(follower.schema);
    this.#refresh = new RefreshClock(unit.timing.refreshEveryMs);
    if (follower.store.background) follower.listeners.add(this.#listener);
    follower.stoppers.add(this.#stopper);
  }

  /** Whether it is loading, or asking whether it may. */
  get isBusy(): boolean {
    return this.#underWay !== undefined;
  }

  /** Stops looking; a load under way is ended by whoever gave `runLoad`. Gives its leases up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#follower.listeners.delete(this.#listener);
    this.#follower.stoppers.delete(this.#stopper);
    await soon(this.#leases.release());
  }

  /** Loads if there is a need and the store agrees; joins an election under way. Rejects as the load does. */
  elect(): Promise<Election> {
    return this.#underWay ?? this.#occupy(this.#elect());
  }

  /**
   * Runs a push that somebody asked for, after an election under way. Meanwhile nobody needs to be elected:
   * whoever asks waits for the push.
   */
  async during<T>(push: () => Promise<T>): Promise<T> {
    while (this.#underWay !== undefined) await this.#underWay.catch(() => undefined);
    const pushing = push();
    await this.#occupy(pushing.then(() => ({ outcome: "loaded" }) as const)).catch(() => undefined);
    return pushing;
  }

  #occupy(election: Promise<Election>): Promise<Election> {
    this.#underWay = election.finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** After each check. */
  #consider(): void {
    if (this.#stopped) return;
    this.#refresh.look(loadable(this.#unit).map(({ followed }) => followed.seen.push?.atMs));
    if (this.#needs().size > 0) this.#lookAt(Math.max(0, this.#notBefore - now()));
    else if (this.#refresh.dueInMs !== undefined) this.#lookAt(this.#refresh.dueInMs);
  }

  #lookAt(inMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = later(inMs, () => void this.#electInBackground());
  }

  async #electInBackground(): Promise<void> {
    if (this.#stopped || this.#underWay !== undefined) return;
    try {
      const { outcome } = await this.elect();
      if (outcome !== "wait" && !this.#stopped) this.#consider();
    } catch (error) {
      // Those who have data keep it; whoever listens is told, and the backoff decides when it is tried again.
      if (this.#stopped) return;
      for (const { followed } of this.#unit.members) {
        followed.emit("failure", { entity: followed.subject, error: asFailure(this.#unit, error) });
      }
      this.#consider();
    }
  }

  async #elect(): Promise<Election> {
    const needs = this.#needs();
    if (needs.size === 0) return { outcome: "not-needed" };
    const refusal = await this.#acquireAll(needs).catch(async (error: unknown) => {
      // What was granted before would be renewed without end, for nothing.
      await this.#leases.release();
      this.#pauseUnanswered();
      throw error;
    });
    this.#unanswered = 0;
    if (refusal !== undefined || this.#stopped) await this.#leases.release();
    this.#follower.signal.throwIfAborted();
    if (refusal !== undefined) {
      // A holder may fail or give up long before its lease ends, and nobody announces that.
      const { checkIntervalMs } = this.#follower;
      const knownMs =
        refusal.outcome === "held" ? Math.min(refusal.forMs, checkIntervalMs) : refusal.forMs;
      const forMs = knownMs + Math.random() * this.#spreadMs;
      this.#waitFor(forMs);
      return {
        outcome: "wait",
        forMs,
        failed: refusal.outcome === "failed" ? refusal.code : undefined,
      };
    }
    if (this.#leases.tokens.size === 0) {
      this.#refresh.postpone();
      this.#notBefore = now() + jittered(AFTER_NOT_NEEDED_MS);
      await this.#follower.check();
      return { outcome: "not-needed" };
    }
    return this.#load(needs);
  }

  /** A store that refuses at once, a user without the permission say, would be asked again at once. */
  #pauseUnanswered(): void {
    const { checkIntervalMs } = this.#follower;
    const firstMs = Math.min(1_000, checkIntervalMs);
    this.#notBefore = now() + backoffMs(++this.#unanswered, firstMs, checkIntervalMs);
  }

  /** In the order of names, so that two processes never hold what the other wants. */
  async #acquireAll(
    needs: ReadonlyMap<FollowedVersion, Need>,
  ): Promise<Extract<LeaseReply, { forMs: number }> | undefined> {
    const inOrder = [...needs].sort(([a], [b]) => (a.version < b.version ? -1 : 1));
    for (const [{ version }, need] of inOrder) {
      const reply = await this.#leases.acquire(version, need);
      if (reply.outcome === "held" || reply.outcome === "failed") return reply;
    }
    return undefined;
  }

  async #load(needs: ReadonlyMap<FollowedVersion, Need>): Promise<Election> {
    const tokens = new Map(this.#leases.tokens);
    const granted = [...needs].filter(([{ version }]) => tokens.has(version));
    const startedAt = now();
    try {
      const results = await this.#runLoad((signal) =>
        push(this.#follower, {
          unit: this.#unit,
          members: this.#membersToLoad(tokens),
          reason: reasonOf(granted),
          tokens,
          damaged: new Set(
            granted.flatMap(([each, need]) => (need.kind === "repair" ? [each] : [])),
          ),
          signal,
        }),
      );
      await this.#leases.release();
      this.#failures = 0;
      // A load of a second is followed by a pause of a second: reloading never takes more than half the time.
      this.#notBefore = now() + Math.max(LEAST_PAUSE_MS, now() - startedAt);
      this.#pushed(results);
      return { outcome: "loaded" };
    } catch (error) {
      return await this.#failed(error);
    }
  }

  /** With one loader for everything, everything is loaded. */
  #membersToLoad(tokens: ReadonlyMap<VersionName, string>): readonly LoadMember[] {
    const members = loadable(this.#unit);
    if (this.#unit.loadAll !== undefined) return members;
    return members.filter(({ followed }) => tokens.has(followed.version));
  }

  async #failed(error: unknown): Promise<Election> {
    const { code } = asFailure(this.#unit, error);
    if (code === "ERR_CLOSED") {
      await this.#leases.release();
      throw error;
    }
    if (code === "ERR_LEASE_LOST") {
      await this.#leases.release();
      await this.#follower.check();
      return { outcome: "not-needed" };
    }
    this.#failures++;
    const firstMs = Math.min(1_000, this.#unit.timing.checkIntervalMs);
    const pauseMs = backoffMs(this.#failures, firstMs, LONGEST_BACKOFF_MS);
    // The others go first when it is over: what is wrong may be wrong in this process only.
    this.#waitFor(pauseMs * LAST_FACTOR + 2 * this.#spreadMs);
    await this.#leases.fail(code, Math.ceil(pauseMs));
    throw error;
  }

  /** Those who wait for the same moment look within so many milliseconds. */
  get #spreadMs(): number {
    return Math.min(100, this.#follower.checkIntervalMs);
  }

  #waitFor(ms: number): void {
    this.#notBefore = now() + ms;
    if (this.#follower.store.background && !this.#stopped) this.#lookAt(jittered(ms));
  }

  #needs(): ReadonlyMap<FollowedVersion, Need> {
    const needs = new Map<FollowedVersion, Need>();
    for (const { followed } of loadable(this.#unit)) {
      const need = followed.need ?? this.#refresh.need;
      if (need !== undefined && followed.checkedAt !== undefined) needs.set(followed, need);
    }
    return needs;
  }
}

function reasonOf(granted: readonly (readonly [FollowedVersion, Need])[]): LoadReason {
  if (granted.some(([, { kind }]) => kind === "repair")) return "repair";
  if (granted.some(([{ seen }]) => seen.head === undefined)) return "first";
  return granted.some(([, { kind }]) => kind === "any") ? "invalidate" : "refresh";
}

function asFailure(unit: LoadUnit, error: unknown): CachedCollectionsError {
  if (error instanceof CachedCollectionsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CachedCollectionsError("ERR_LOADER", unit.subject, message, { cause: error });
}
