/**
 * Every error of the runtime: one class with a stable `code`, and messages that say what is wrong, where,
 * and what to do. Codes never change their meaning; docs/errors.md lists them.
 */

export type ErrorCode =
  | "ERR_NOT_READY"
  | "ERR_NO_RECORD"
  | "ERR_NO_LOADER"
  | "ERR_LOADER"
  | "ERR_INVALID_RECORD"
  | "ERR_DUPLICATE_KEY"
  | "ERR_DANGLING_REFERENCE"
  | "ERR_GUARD_REFUSED"
  | "ERR_NOTHING_TO_PATCH"
  | "ERR_NO_REVISION"
  | "ERR_PINNED"
  | "ERR_BAD_SEGMENT"
  | "ERR_BAD_MANIFEST"
  | "ERR_BAD_RECORD"
  | "ERR_TOO_LARGE"
  | "ERR_STORE_UNAVAILABLE"
  | "ERR_FALLBACK"
  | "ERR_OUTCOME_UNKNOWN"
  | "ERR_NOT_REPLICATED"
  | "ERR_PUSH_LOST"
  | "ERR_LEASE_LOST"
  | "ERR_TIMEOUT"
  | "ERR_CLOSED"
  | "ERR_MISSING_PACKAGE"
  | "ERR_INVALID_ARGUMENT"
  | "ERR_FORMAT"
  | "ERR_READ_ONLY"
  | "ERR_NOT_SHARED"
  | "ERR_OTHER_SCHEMA";

/** What every failure of this library is an instance of. */
export class CachedCollectionsError extends Error {
  override readonly name: string = "CachedCollectionsError";
  /** Stable; switch on this, never on the message. */
  readonly code: ErrorCode;
  /** The full name of what it is about: `geo.City`, `geo.City:0123456789abcdef`, a path; "" if nothing. */
  readonly subject: string;

  constructor(code: ErrorCode, subject: string, message: string, options?: ErrorOptions) {
    // A cause that is undefined would be printed.
    super(
      subject === "" ? message : `${subject}: ${message}`,
      options?.cause === undefined ? {} : options,
    );
    this.code = code;
    this.subject = subject;
  }
}
