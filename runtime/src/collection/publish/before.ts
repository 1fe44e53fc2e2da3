/** What loaded rows are compared with: what is published when the ticket is issued. */
import type { Before, LoadMember } from "./load-unit.js";
import { isDamage } from "../follow/check.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Heads } from "./heads.js";
import { lookInto, type Published } from "./layers.js";

/** By version. Those in `suspects` are bad, and so are those found to be bad here: they are replaced whole. */
export async function before(
  members: readonly LoadMember[],
  heads: Heads,
  suspects: ReadonlySet<FollowedVersion>,
  signal: AbortSignal,
): Promise<ReadonlyMap<FollowedVersion, Before>> {
  const found = new Map<FollowedVersion, Before>();
  for (const { followed } of members) {
    const isComparable = followed.definition.key.length > 0 && !suspects.has(followed);
    const over = isComparable ? await publishedOf(followed, heads, signal) : undefined;
    const [part] = over?.parts ?? [];
    const seed = part?.segment.layout.seed ?? (await heads.seed(followed.definition));
    found.set(followed, { over, seed });
  }
  return found;
}

async function publishedOf(
  { definition }: FollowedVersion,
  heads: Heads,
  signal: AbortSignal,
): Promise<Published | undefined> {
  const revision = await heads.intact(definition);
  if (revision === undefined) return undefined;
  try {
    return await lookInto(definition, revision, signal);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
