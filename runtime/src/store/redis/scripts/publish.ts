/**
 * Publishes all entries of a push or none: the counterpart of state/publish.ts, rule by rule. Scripts do not
 * roll back, so every check comes before the first write, and nothing after it can fail: a server that is not
 * the master, may not write or lacks replicas refuses the first write, and lack of memory is not looked at
 * any more after it.
 *
 * KEYS: state, ticket, then leases and segments. ARGV: epoch, grace ms, used ticket ms, then per entry:
 * version, mode, manifest, built on ("" for none), source, raise source ("1" or "0"), lease token ("" for
 * none), the next manifest of a pin ("" for none). Reply: outcome, version, seq.
 */
import { script, type Script } from "../script.js";
import { ANNOUNCE, SEGMENTS, STATE } from "./shared.js";

export const publishScript: Script = script(
  STATE,
  SEGMENTS,
  ANNOUNCE,
  `
local epoch, grace_ms, used_ticket_ms = ARGV[1], ARGV[2], ARGV[3]
local ticket = redis.call('GET', KEYS[2])
local entries = {}
for at = 4, #ARGV, 8 do
  entries[#entries + 1] = {
    version = ARGV[at],
    mode = ARGV[at + 1],
    is_load = ARGV[at + 1] == 'load' or ARGV[at + 1] == 'same',
    is_same = ARGV[at + 1] == 'same',
    is_patch = ARGV[at + 1] == 'patch',
    manifest = parse_manifest(ARGV[at + 2]),
    built_on = ARGV[at + 3],
    source = tonumber(ARGV[at + 4]),
    raise_source = ARGV[at + 5] == '1',
    lease_token = ARGV[at + 6],
    next = parse_manifest(ARGV[at + 7]),
    before = read_version(ARGV[at]),
  }
end

local function reply(outcome, version)
  return { outcome, version or '', number_field('seq') }
end

-- A ticket used before: this is the same request again, after its reply was lost.
if ticket == 'used' then return reply('already') end

-- Those that move manifests which are there already are recognised by their ticket alone.
local function is_published(entry)
  if entry.is_same or entry.mode == 'pin' or entry.mode == 'unpin' then return false end
  local before, id = entry.before, entry.manifest.id
  if before.head and before.head.id == id or before.next and before.next.id == id then return true end
  for _, replaced in ipairs(before.history) do
    if replaced.id == id then return true end
  end
  return false
end

local function lease_is_lost(entry)
  if entry.lease_token == '' then return false end
  local lease = redis.call('GET', tag .. ':lease:' .. entry.version) or ''
  return string.sub(lease, 1, 7) == 'failed:' or string.match(lease, '^[^:]*') ~= entry.lease_token
end

-- Publishing a load, and a purge, void the tickets issued until then: the windows from ticket to publication
-- of two published loads never overlap.
local function overtaken(entry)
  local push = entry.before.push
  local purged = redis.call('HGET', state, 'purged:' .. entry.version) or ''
  local void = push and push.void or tonumber(string.match(purged, '^%d+ (%d+)$') or 0)
  if not entry.is_load or tonumber(ticket) > void then return nil end
  return push and push.load > tonumber(ticket) and 'superseded' or 'late'
end

local function has_moved(entry)
  if (redis.call('HGET', state, 'epoch') or epoch) ~= epoch then return true end
  local current = entry.before.next or entry.before.head
  return (current and current.id or '') ~= entry.built_on
end

local rules = {
  function(entry) return is_published(entry) and 'already' end,
  function(entry) return lease_is_lost(entry) and 'lease-lost' end,
  function() return not ticket and 'lost' end,
  overtaken,
  function(entry) return has_moved(entry) and 'moved' end,
  function(entry)
    return (is_short(entry.manifest) or entry.next and is_short(entry.next)) and 'incomplete'
  end,
}
for _, rule in ipairs(rules) do
  for _, entry in ipairs(entries) do
    local outcome = rule(entry)
    if outcome then return reply(outcome, entry.version) end
  end
end

-- Without effect: a user that lacks one of these commands, or a server that may not write, stops here and not
-- half-way.
redis.call('PERSIST', state)
redis.call('HDEL', state, '')
redis.call('PEXPIRE', KEYS[2], used_ticket_ms)

-- From here on everything is carried out.
local seq = redis.call('HINCRBY', state, 'seq', 1)
redis.call('HSETNX', state, 'epoch', epoch)
local now = now_ms()
local messages = {}

-- Content that answered the source until now still does; older content stays stale. A patch raises both, so
-- that a load which it is laid over knows by how much.
local function raise_source(entry, answered)
  local name = 'source:' .. entity_of(entry.version)
  local current = number_field(name)
  redis.call('HSET', state, name, digits(current + 1))
  messages[#messages + 1] = entity_of(entry.version)
  return (answered == current or not entry.is_load) and answered + 1 or answered
end

local function record_push(entry)
  local push = entry.before.push
  local answered = not entry.is_load and push and push.source or entry.source
  local source = entry.raise_source and raise_source(entry, answered) or answered
  local load, void, at = tonumber(ticket), seq, now
  if not entry.is_load then
    load, void, at = push and push.load or 0, push and push.void or 0, push and push.at or now
  end
  local record = { digits(load), digits(void), digits(source), digits(at) }
  redis.call('HSET', state, 'push:' .. entry.version, table.concat(record, ' '))
end

-- While a version is pinned it has a 'next', and what is published goes there.
local function replace_manifest(entry)
  local before, version = entry.before, entry.version
  if entry.mode == 'pin' and entry.next then
    redis.call('HSET', state, 'next:' .. version, entry.next.value)
  elseif entry.mode == 'unpin' then
    redis.call('HDEL', state, 'next:' .. version)
  elseif before.next then
    redis.call('HSET', state, 'next:' .. version, entry.manifest.value)
    return
  end
  if before.head and before.head.id == entry.manifest.id then return end
  redis.call('HSET', state, 'head:' .. version, entry.manifest.value)
  local history = { before.head, unpack(before.history) }
  if not before.head then history = before.history end
  for place = 1, math.min(#history, 3) do
    redis.call('HSET', state, 'history' .. place .. ':' .. version, history[place].value)
  end
end

-- Named segments stay for ever, those that no manifest names any more for the grace time. By pcall for the
-- same reason as there; those of this manifest were seen to be here by the checks.
local function settle_segments(entry)
  local named = named_segments(read_version(entry.version))
  for id in pairs(named) do redis.pcall('PERSIST', segment_key(id)) end
  local dropped = named_segments(entry.before)
  for id in pairs(named) do dropped[id] = nil end
  give_grace(dropped, grace_ms)
end

for _, entry in ipairs(entries) do
  record_push(entry)
  redis.call('HDEL', state, 'purged:' .. entry.version)
  -- A published load voids the tickets of the others; after a rollback patches are not all there any more.
  if not entry.is_patch then redis.call('HDEL', state, 'loads:' .. entry.version) end
  if not entry.is_same then replace_manifest(entry) end
  settle_segments(entry)
  messages[#messages + 1] = entry.version .. ' ' .. entry.manifest.id
end
redis.call('SET', KEYS[2], 'used', 'PX', used_ticket_ms)

-- The list of segments forgets those that are gone, a few each time.
local some = redis.pcall('SRANDMEMBER', tag .. ':segments', 8)
for _, id in ipairs(some.err and {} or some) do
  if redis.pcall('EXISTS', segment_key(id)) == 0 then redis.pcall('SREM', tag .. ':segments', id) end
end

for _, message in ipairs(messages) do announce(message) end
return { 'published', '', seq }
`,
);
