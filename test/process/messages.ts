/** What a member process is started with, told to do, and reports. */

/** Where the store of a test is. */
export type StorePlace =
  | { readonly kind: "embedded"; readonly path: string }
  | { readonly kind: "redis"; readonly url: string };

/** Where the process kills itself: around the `call`-th call of an operation of the store, or within its load. */
export interface DieAt {
  readonly operation: "load" | "issueTicket" | "putChunk" | "publish";
  readonly moment?: "before" | "after";
  readonly call?: number;
}

export interface MemberSettings {
  readonly store: StorePlace;
  /** A file that holds the round. */
  readonly database: string;
  /** A file that gets a line for each load. */
  readonly log: string;
  readonly loads: boolean;
  readonly cities: number;
  readonly checkIntervalMs: number;
  readonly commandTimeoutMs?: number;
  readonly dieAt?: DieAt;
}

export interface Command {
  readonly id: number;
  readonly do: "ready" | "push" | "pull" | "invalidate" | "report";
  readonly timeoutMs?: number;
}

/** What a member sees; sent when a command was done or failed. */
export interface Report {
  readonly id: number;
  /** 0 when it has nothing. */
  readonly revision: number;
  /** The name of the country, which is `round <n>`. */
  readonly name: string | undefined;
  readonly status: string;
  /** How often one collection was seen new and another old. */
  readonly mixed: number;
  readonly cities: number;
  /** The code with which the command failed. */
  readonly error?: string;
}
