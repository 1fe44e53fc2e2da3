/**
 * Issues a ticket and looks: the counterpart of state/ticket.ts. Asked again with the same nonce it gives the
 * same ticket.
 *
 * KEYS: state, ticket. ARGV: ticket ms, then the fields to read. Reply: seq of the ticket, values.
 */
import { script, type Script } from "../script.js";

export const ticketScript: Script = script(`
local seq = tonumber(redis.call('GET', KEYS[2]) or '')
if not seq then
  seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  redis.call('SET', KEYS[2], string.format('%.0f', seq), 'PX', ARGV[1])
end
return { seq, redis.call('HMGET', KEYS[1], unpack(ARGV, 2)) }
`);
