/** The names of a schema's keys: one hash tag for all, so that they share a Cluster slot. */
import type { VersionName } from "../store.js";

export interface RedisKeys {
  readonly state: string;
  readonly live: string;
  /** A channel. */
  readonly revisions: string;
  /** The ids of all segments that may exist. */
  readonly segments: string;
  ticket(nonce: string): string;
  lease(version: VersionName): string;
  segment(id: string): string;
}

export function redisKeys(prefix: string, packageName: string): RedisKeys {
  const tag = `{cc:${prefix}:${packageName}}`;
  return {
    state: `${tag}:state`,
    live: `${tag}:live`,
    revisions: `${tag}:revisions`,
    segments: `${tag}:segments`,
    ticket: (nonce) => `${tag}:ticket:${nonce}`,
    lease: (version) => `${tag}:lease:${version}`,
    segment: (id) => `${tag}:seg:${id}`,
  };
}
