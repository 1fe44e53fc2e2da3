/** What a push is asked to do, and what it answers. */
import type { ManifestOrigin } from "../../bytes/manifest.js";
import type { VersionName } from "../../store/store.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { LoadMember, LoadUnit } from "./load-unit.js";
import type { LoadReason, PatchContext } from "../options.js";
import type { PushResult } from "./push-result.js";

/** How a push makes revisions. */
export type PushOrigin = Extract<ManifestOrigin, "load" | "patch">;

/** A change of some records of one collection, or of several of a data set. */
export interface PatchJob {
  /** Gives the patch of each member that has one; asked again when another publication came in between. */
  readonly give: (context: PatchContext) => Promise<ReadonlyMap<LoadMember, unknown>>;
  /** All references within the data set are to hold afterwards, also those of rows that it leaves alone. */
  readonly isWhole: boolean;
}

export interface PushJob {
  readonly unit: LoadUnit;
  /** Those of the unit to load. */
  readonly members: readonly LoadMember[];
  readonly reason: LoadReason;
  /** The leases of an elected load; empty when somebody called `push`. */
  readonly tokens: ReadonlyMap<VersionName, string>;
  /** Versions whose published bytes are bad: written anew even if the rows are the same. */
  readonly damaged: ReadonlySet<FollowedVersion>;
  /** Rows over what is published, instead of a load. */
  readonly patch?: PatchJob;
  readonly signal: AbortSignal;
}

export type PushResults = ReadonlyMap<FollowedVersion, PushResult>;
