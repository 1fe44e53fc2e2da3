/**
 * Leases, 'token:count' or 'failed:code': the counterpart of state/lease.ts. The need must show in the
 * state itself, at the master.
 */
import { script, type Script } from "../script.js";
import { STATE } from "./shared.js";

/**
 * KEYS: state, lease. ARGV: version, token, ms to live, kind of need, manifest id or age in ms, watched value
 * ("" for none). Reply: outcome, and for `held` and `failed` the value and how many ms it has left.
 */
export const acquireLeaseScript: Script = script(
  STATE,
  `
local version, token, ttl_ms, need, detail, watched = unpack(ARGV)
local read = read_version(version)

local function is_needed()
  if not read.head or not read.push then return true end
  if read.push.source ~= number_field('source:' .. entity_of(version)) then return true end
  if is_short(read.head) or read.next and is_short(read.next) then return true end
  if need == 'repair' then return read.head.id == detail end
  if need == 'refresh' then return now_ms() - read.push.at >= tonumber(detail) end
  return false
end

if not is_needed() then return { 'not-needed' } end
local value = redis.call('GET', KEYS[2])
if value and value ~= watched then
  local left = redis.call('PTTL', KEYS[2])
  if string.sub(value, 1, 7) == 'failed:' then return { 'failed', string.sub(value, 8), left } end
  if string.match(value, '^[^:]*') ~= token then return { 'held', value, left } end
end
redis.call('SET', KEYS[2], token .. ':' .. digits(now_ms()), 'PX', ttl_ms)
return { 'granted' }
`,
);

const HOLDS = `
local function holds(token)
  local value = redis.call('GET', KEYS[1]) or ''
  if string.sub(value, 1, 7) == 'failed:' or string.match(value, '^[^:]*') ~= token then return nil end
  return value
end
`;

/** KEYS: lease. ARGV: token, ms to live. Reply: 1 or 0. */
export const renewLeaseScript: Script = script(
  HOLDS,
  `
local value = holds(ARGV[1])
if not value then return 0 end
local count = tonumber(string.match(value, ':(%d+)$')) + 1
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. string.format('%.0f', count), 'PX', ARGV[2])
return 1
`,
);

/** KEYS: lease. ARGV: token. */
export const releaseLeaseScript: Script = script(
  HOLDS,
  `
if holds(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 1
`,
);

/** KEYS: lease. ARGV: token, code, ms of backoff. */
export const failLeaseScript: Script = script(
  HOLDS,
  `
if holds(ARGV[1]) then redis.call('SET', KEYS[1], 'failed:' .. ARGV[2], 'PX', ARGV[3]) end
return 1
`,
);
