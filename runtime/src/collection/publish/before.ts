/** What loaded rows are compared with: what is published when the ticket is issued. */
import type { Before, LoadMember } from "./load-unit.js";
import type { FollowedVersion } from "../follow/followed-version.js";
import type { Heads } from "./heads.js";
import { lookInto, type Published } from "./layers.js";

/** By version. Those in `suspects` are bad, and so are those that do not open: they are replaced whole. */
export async function before(
  members: readonly LoadMember[],
  heads: Heads,
  suspects: ReadonlySet<FollowedVersion>,
): Promise<ReadonlyMap<FollowedVersion, Before>> {
  const found = new Map<FollowedVersion, Before>();
  for (const { followed } of members) {
    const isComparable = followed.definition.key.length > 0 && !suspects.has(followed);
    const over = isComparable ? await publishedOf(followed, heads) : undefined;
    const [part] = over?.parts ?? [];
    const seed = part?.segment.layout.seed ?? (await heads.seed(followed.definition));
    found.set(followed, { over, seed });
  }
  return found;
}

async function publishedOf(
  { definition }: FollowedVersion,
  heads: Heads,
): Promise<Published | undefined> {
  const revision = await heads.intact(definition);
  return revision && lookInto(definition, revision);
}
