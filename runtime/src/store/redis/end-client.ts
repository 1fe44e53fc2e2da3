/**
 * Ending a client of the store's own. ioredis hears only the first error of a socket. A TLS server whose client
 * hangs up during the handshake answers with an alert; when the client refuses the server's certificate as well,
 * that is a second error, and one that nobody hears ends the process.
 */
import type { RedisClient } from "./redis-client.js";

const ended = new WeakSet<RedisClient>();

/**
 * Ends the connection; the client does not come back, and what its socket still says goes unheard. Commands that
 * wait for one client give it up together, and each time ioredis adds a listener and a timer: one that was ended is
 * left alone.
 */
export function endClient(client: RedisClient): void {
  if (ended.has(client)) return;
  ended.add(client);
  client.stream?.on("error", () => undefined);
  client.disconnect();
}
