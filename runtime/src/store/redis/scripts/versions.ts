/** Purging a version, sweeping segments, heartbeats: the counterpart of state/versions.ts. */
import { script, type Script } from "../script.js";
import { ANNOUNCE, SEGMENTS, STATE } from "./shared.js";

/** KEYS: state. ARGV: version, grace ms. Reply: 1 or 0. */
export const purgeScript: Script = script(
  STATE,
  SEGMENTS,
  ANNOUNCE,
  `
local version = ARGV[1]
if redis.call('HEXISTS', state, 'head:' .. version) == 0 then return 0 end
local names = named_segments(read_version(version))
local seq = redis.call('HINCRBY', state, 'seq', 1)
-- The mark voids the tickets issued until now: a load under way must not bring old rows back.
redis.call('HSET', state, 'purged:' .. version, digits(now_ms()) .. ' ' .. digits(seq))
for _, kind in ipairs({ 'head:', 'next:', 'history1:', 'history2:', 'history3:', 'push:', 'loads:' }) do
  redis.call('HDEL', state, kind .. version)
end
give_grace(names, ARGV[2])
announce(version)
return 1
`,
);

/**
 * Gives the grace time to segments that no manifest names and that would stay for ever.
 *
 * KEYS: state, list of segments. ARGV: grace ms. Reply: how many.
 */
export const sweepScript: Script = script(
  STATE,
  SEGMENTS,
  `
local named = {}
for _, name in ipairs(redis.call('HKEYS', state)) do
  if string.find(name, '^head:') or string.find(name, '^next:') or string.find(name, '^history%d:') then
    add_segments(named, manifest(name))
  end
end
local swept = 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local left = redis.call('PTTL', segment_key(id))
  if left == -2 then redis.call('SREM', KEYS[2], id) end
  if left == -1 and not named[id] then
    redis.call('PEXPIRE', segment_key(id), ARGV[1])
    swept = swept + 1
  end
end
return swept
`,
);

/** KEYS: live. ARGV: process, ms to live, versions. By the server's clock: that of the process may be wrong. */
export const heartbeatScript: Script = script(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
for at = 3, #ARGV do
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[at] .. ' ' .. ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - tonumber(ARGV[2])))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`);
