/** What servers refused to their users, as they remember it: also within scripts, which go on without some commands. */
import type { Redis } from "ioredis";

/** As Redis 7 and later tell CLIENT SETINFO, and as 6.2 does, which does not know it. */
const ABOUT_ITSELF: ReadonlySet<string> = new Set(["client|setinfo", "client"]);

/** `user command`, each once, in the order of the alphabet. What ioredis tells of itself is nobody's loss. */
export async function denials(...servers: readonly Redis[]): Promise<readonly string[]> {
  const refused = new Set<string>();
  for (const server of servers) {
    for (const entry of (await server.call("ACL", ["LOG", 100])) as readonly unknown[][]) {
      const valueOf = (name: string): string => String(entry[entry.indexOf(name) + 1]);
      const command = valueOf("object");
      if (!ABOUT_ITSELF.has(command)) refused.add(`${valueOf("username")} ${command}`);
    }
  }
  return [...refused].toSorted();
}

/** Forgets what it refused until now. */
export async function forgetDenials(server: Redis): Promise<void> {
  await server.call("ACL", ["LOG", "RESET"]);
}
