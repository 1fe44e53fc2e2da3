/**
 * What a failed command means. Messages are passed on, error objects are not: a client's error can carry the
 * arguments of the command, AUTH's too.
 */
import { CachedCollectionsError } from "../../errors.js";
import { messageOf } from "../message-of.js";

/**
 * `unsent`: it never left; `refused`: the server did not execute it and may soon; `unknown`: it may have been
 * executed; `final`: the server refuses it for good (no permission, a wrong type).
 */
export type FailureKind = "unsent" | "refused" | "unknown" | "final";

export function kindOfFailure(error: unknown): FailureKind {
  const message = messageOf(error);
  if (UNSENT.test(message)) return "unsent";
  if (REFUSED.test(message) || REFUSED_IN_SCRIPT.test(message)) return "refused";
  return isReply(error, message) ? "final" : "unknown";
}

/** The server is not, or no longer, a master: another connection may find the one that is. */
export function isWrongServer(error: unknown): boolean {
  return /\b(READONLY|MASTERDOWN)\b/.test(messageOf(error));
}

export function isNoScript(error: unknown): boolean {
  return messageOf(error).startsWith("NOSCRIPT");
}

export function isNoPermission(error: unknown): boolean {
  return /\bNOPERM\b|can't run this command|No permissions/i.test(messageOf(error));
}

/** What the server says to a new connection, and would say to the next one too. */
export function isNotLetIn(message: string): boolean {
  return NOT_LET_IN.test(message);
}

const NOT_LET_IN =
  /^(?:WRONGPASS|NOAUTH|NOPERM)\b|^ERR (?:invalid password|invalid DB index|DB index is out of range|SELECT is not allowed)/;

export function storeUnavailable(label: string, why: string): CachedCollectionsError {
  return new CachedCollectionsError(
    "ERR_STORE_UNAVAILABLE",
    label,
    `the store did not serve the request: ${why}`,
  );
}

export function outcomeUnknown(label: string, why: string): CachedCollectionsError {
  return new CachedCollectionsError(
    "ERR_OUTCOME_UNKNOWN",
    label,
    `the request was sent and no answer came: ${why}. It may or may not have been done; the next check shows which`,
  );
}

const UNSENT = /^Stream isn't writeable|^Cluster isn't ready/;

const CODES =
  "READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|EXECABORT|NOSCRIPT|NOREPLICAS|MISCONF|BUSY|OOM";
const REFUSED = new RegExp(`^(?:${CODES})\\b`);
// Redis 6.2 wraps the error of a command inside a script; a slot that is being moved is refused inside one too.
const REFUSED_IN_SCRIPT = new RegExp(
  `^ERR Error running script.*-(?:${CODES})\\b|non local key in a cluster node|Too many Cluster redirections`,
);

/** Error replies begin with a code in capitals; what clients report themselves does not. */
function isReply(error: unknown, message: string): boolean {
  return (error instanceof Error && error.name === "ReplyError") || /^[A-Z]{3,} /.test(message);
}
