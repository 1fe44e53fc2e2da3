/**
 * Waiting until replicas have what their master has. WAIT counts replicas by the last write of its own
 * connection and blocks that: so it gets a connection of its own, on which something is written first.
 */
import { messageOf } from "../message-of.js";
import { delay, withDeadline } from "./deadline.js";
import type { Argument } from "./redis-connection.js";
import { endClient } from "./end-client.js";
import type { RedisClient } from "./redis-client.js";
import { isNoPermission, isNoScript, storeUnavailable } from "./redis-errors.js";
import { duplicateOf } from "./redis-options.js";
import { lookAndMarkScript } from "./scripts/replicas.js";

export interface ReplicaWait {
  readonly source: RedisClient;
  readonly label: string;
  /** The hash that is looked at first, and its fields. */
  readonly key: string;
  readonly fields: readonly string[];
  readonly replicas: number;
  /** For everything, connecting again after a failure included. */
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** What the master showed, and how many replicas acknowledged that. */
export interface Acknowledged {
  readonly values: unknown;
  readonly replicas: number;
}

/** Rejects with ERR_STORE_UNAVAILABLE when the master did not tell by the deadline, or refuses to. */
export async function awaitReplicas(wait: ReplicaWait): Promise<Acknowledged> {
  const untilMs = performance.now() + wait.timeoutMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await onConnection(wait, untilMs);
    } catch (error) {
      wait.signal.throwIfAborted();
      const pauseMs = Math.min(20 * 2 ** attempt, 500);
      const isOver = performance.now() + pauseMs >= untilMs;
      if (isOver || isNoPermission(error)) {
        throw storeUnavailable(wait.label, messageOf(error));
      }
      await delay(pauseMs);
    }
  }
}

/** The master ends the wait at the deadline; so much later its silence counts as a failure, in milliseconds. */
const REPLY_MS = 500;

async function onConnection(wait: ReplicaWait, untilMs: number): Promise<Acknowledged> {
  const { source, signal, replicas } = wait;
  signal.throwIfAborted();
  const client = duplicateOf(source, { connectTimeoutMs: wait.timeoutMs });
  const end = (): void => endClient(client);
  signal.addEventListener("abort", end);
  try {
    await withDeadline(client.connect(), untilMs, "connection");
    const looked = await withDeadline(lookAndMark(client, wait), untilMs, "reply");
    // To the server 0 would mean for ever.
    const leftMs = Math.max(1, Math.floor(untilMs - performance.now()));
    const waiting = looked.master.callBuffer("WAIT", [replicas, leftMs]);
    const reached = await withDeadline(waiting, untilMs + REPLY_MS, "reply to WAIT");
    return { values: looked.values, replicas: Number(reached) };
  } finally {
    signal.removeEventListener("abort", end);
    end();
  }
}

interface Looked {
  /** The connection on which it was done. */
  readonly master: RedisClient;
  readonly values: unknown;
}

/**
 * In a Cluster WAIT has no key that leads it to the right master: all others refuse the key of the look. They are
 * asked at once, because one of them may not answer at all.
 */
async function lookAndMark(client: RedisClient, { key, fields }: ReplicaWait): Promise<Looked> {
  const look = async (master: RedisClient): Promise<Looked> => {
    return { master, values: await run(master, [1, key, ...fields]) };
  };
  const masters = client.nodes?.("master") ?? [client];
  try {
    return await Promise.any(masters.map(look));
  } catch (error) {
    const refusals = ((error as AggregateError).errors as readonly unknown[]).map(messageOf);
    const own = refusals.find((refusal) => !refusal.startsWith("MOVED"));
    throw new Error(own ?? refusals[0] ?? "the Cluster has no masters", { cause: error });
  }
}

async function run(master: RedisClient, rest: readonly Argument[]): Promise<unknown> {
  try {
    return await master.callBuffer("EVALSHA", [lookAndMarkScript.sha1, ...rest]);
  } catch (error) {
    if (!isNoScript(error)) throw error;
    return await master.callBuffer("EVAL", [lookAndMarkScript.text, ...rest]);
  }
}
