/**
 * Looks, and writes something that changes nothing: what replicas acknowledge after it includes all that was
 * seen. KEYS: state. ARGV: the fields to read. Reply: values.
 */
import { script, type Script } from "../script.js";

export const lookAndMarkScript: Script = script(`
if redis.call('HEXISTS', KEYS[1], 'seq') == 1 then redis.call('HINCRBY', KEYS[1], 'seq', 0) end
return redis.call('HMGET', KEYS[1], unpack(ARGV))
`);
