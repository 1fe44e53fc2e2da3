/** Lua definitions that several scripts begin with. `KEYS[1]` is always the schema's state. */

/** Names, fields, manifests, time: the counterpart of state/state-fields.ts and stored-manifest.ts. */
export const STATE = `
local state = KEYS[1]
local tag = string.sub(state, 1, -(#':state' + 1))

local function entity_of(version)
  return string.match(version, '^[^:]+')
end

local function number_field(name)
  return tonumber(redis.call('HGET', state, name) or '') or 0
end

-- Lua writes large numbers with an exponent.
local function digits(number)
  return string.format('%.0f', number)
end

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- '<id> <revision> <epoch> <segment>:<chunks>,...' and a line's end, then bytes; nil when it is damaged.
local function parse_manifest(value)
  local id, list = string.match(value or '', '^([!-~]+) %d+ [!-~]+ ([!-~]*)\\n')
  if not id then return nil end
  local segments = {}
  for item in string.gmatch(list, '[^,]+') do
    local segment, chunks = string.match(item, '^([^:]+):(%d+)$')
    if not segment then return nil end
    segments[#segments + 1] = { id = segment, chunks = tonumber(chunks) }
  end
  return { id = id, segments = segments, value = value }
end

local function manifest(name)
  return parse_manifest(redis.call('HGET', state, name))
end

-- Everything that the state says of one version. 'push' is 'load void source at'.
local function read_version(version)
  local read = {
    head = manifest('head:' .. version),
    next = manifest('next:' .. version),
    history = {},
  }
  for place = 1, 3 do
    local replaced = manifest('history' .. place .. ':' .. version)
    if replaced then read.history[#read.history + 1] = replaced end
  end
  local push = redis.call('HGET', state, 'push:' .. version) or ''
  local load, void, source, at = string.match(push, '^(%d+) (%d+) (%d+) (%d+)$')
  if load then
    read.push = {
      load = tonumber(load), void = tonumber(void), source = tonumber(source), at = tonumber(at),
    }
  end
  return read
end

local function segment_key(id)
  return tag .. ':seg:' .. id
end

local function is_short(manifest)
  for _, segment in ipairs(manifest.segments) do
    if redis.call('HLEN', segment_key(segment.id)) ~= segment.chunks then return true end
  end
  return false
end
`;

/** The segments that a version names: the counterpart of state/segments.ts. */
export const SEGMENTS = `
local function add_segments(names, manifest)
  for _, segment in ipairs(manifest and manifest.segments or {}) do names[segment.id] = true end
end

local function named_segments(read)
  local names = {}
  add_segments(names, read.head)
  add_segments(names, read.next)
  for _, replaced in ipairs(read.history) do add_segments(names, replaced) end
  return names
end

-- By pcall: while a slot is being moved, an old segment may be at the other node already. It then stays until
-- the next sweep.
local function give_grace(names, grace_ms)
  for id in pairs(names) do redis.pcall('PEXPIRE', segment_key(id), grace_ms) end
end
`;

/** Notifications are hints: who may not publish them still publishes revisions. Always the last step. */
export const ANNOUNCE = `
local function announce(message)
  redis.pcall('PUBLISH', tag .. ':revisions', message)
end
`;
