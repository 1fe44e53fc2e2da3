/**
 * Issues a ticket and looks: the counterpart of state/ticket.ts. Asked again with the same nonce it gives the
 * same ticket.
 *
 * KEYS: state, ticket. ARGV: ticket ms, how many loads a version remembers, how many versions are being
 * loaded, these, then the fields to read. Reply: seq of the ticket, values.
 */
import { script, type Script } from "../script.js";

export const ticketScript: Script = script(`
local seq = tonumber(redis.call('GET', KEYS[2]) or '')
if not seq then
  seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  local text = string.format('%.0f', seq)
  redis.call('SET', KEYS[2], text, 'PX', ARGV[1])
  for at = 4, 3 + ARGV[3] do
    local name, loads = 'loads:' .. ARGV[at], {}
    for load in string.gmatch(redis.call('HGET', KEYS[1], name) or '', '%d+') do loads[#loads + 1] = load end
    loads[#loads + 1] = text
    local first = math.max(1, #loads - ARGV[2] + 1)
    redis.call('HSET', KEYS[1], name, table.concat(loads, ' ', first))
  end
end
return { seq, redis.call('HMGET', KEYS[1], unpack(ARGV, 4 + ARGV[3])) }
`);
