/**
 * Stores a chunk and renews its segment's time to live, in one step: never a chunk without one. It is a
 * script and not MULTI { HSET, PEXPIRE } for the sake of a command that arrives again, late, from a connection
 * given up: a segment that was published by then has no time to live, and must not get one.
 *
 * KEYS: segment, list of segments. ARGV: segment id, chunk number, bytes, ms to live.
 */
import { script, type Script } from "../script.js";

export const putChunkScript: Script = script(`
if redis.call('PTTL', KEYS[1]) == -1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
-- Only the sweep reads the list; a user that may not write it can still upload.
redis.pcall('SADD', KEYS[2], ARGV[1])
return 1
`);
