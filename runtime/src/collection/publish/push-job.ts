/** What a push is asked to do, and what it answers. */
import type { ManifestOrigin } from "../../bytes/manifest.js";
import type { VersionName } from "../../store/store.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { LoadMember, LoadUnit } from "./load-unit.js";
import type { LoadReason } from "../options.js";
import type { AnyPatch } from "./patch-rows.js";
import type { PushResult } from "./push-result.js";

/** How a push makes revisions. */
export type PushOrigin = Extract<ManifestOrigin, "load" | "patch">;

export interface PushJob {
  readonly unit: LoadUnit;
  /** Those of the unit to load. */
  readonly members: readonly LoadMember[];
  readonly reason: LoadReason;
  /** The leases of an elected load; empty when somebody called `push`. */
  readonly tokens: ReadonlyMap<VersionName, string>;
  /** Versions whose published bytes are bad: written anew even if the rows are the same. */
  readonly damaged: ReadonlySet<FollowedVersion>;
  /** Rows over what is published, instead of a load; there is one member then. */
  readonly patch?: AnyPatch;
  readonly signal: AbortSignal;
}

export type PushResults = ReadonlyMap<FollowedVersion, PushResult>;
