/** Whom a collection follows: its store, or the thread that shares it. */
import type { Store } from "../../store/store.js";
import { followerOf } from "../follow/follower.js";
import type { Following } from "../follow/following.js";
import { AttachedStore } from "./attached-store.js";

export function followingOf(store: Store, packageName: string): Following {
  return store instanceof AttachedStore
    ? store.follower(packageName)
    : followerOf(store, packageName);
}
