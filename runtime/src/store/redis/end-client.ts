/**
 * Ending a client of the store's own. ioredis hears only the first error of a socket. A TLS server whose client
 * hangs up during the handshake answers with an alert; when the client refuses the server's certificate as well,
 * that is a second error, and one that nobody hears ends the process.
 */
import type { RedisClient } from "./redis-client.js";

/** Ends the connection; the client does not come back, and what its socket still says goes unheard. */
export function endClient(client: RedisClient): void {
  client.stream?.on("error", () => undefined);
  client.disconnect();
}
