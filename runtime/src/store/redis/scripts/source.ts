/** Raising an entity's source: the counterpart of state/source.ts. */
import { script, type Script } from "../script.js";
import { ANNOUNCE, STATE } from "./shared.js";

/** KEYS: state. ARGV: entities. Reply: their new sources. */
export const invalidateScript: Script = script(
  STATE,
  ANNOUNCE,
  `
redis.call('HINCRBY', state, 'seq', 1)
local sources = {}
for at, entity in ipairs(ARGV) do
  sources[at] = redis.call('HINCRBY', state, 'source:' .. entity, 1)
end
for _, entity in ipairs(ARGV) do announce(entity) end
return sources
`,
);

/** KEYS: state. ARGV: entity, at least. */
export const restoreSourceScript: Script = script(
  STATE,
  ANNOUNCE,
  `
local name = 'source:' .. ARGV[1]
if number_field(name) >= tonumber(ARGV[2]) then return 0 end
redis.call('HINCRBY', state, 'seq', 1)
redis.call('HSET', state, name, ARGV[2])
announce(ARGV[1])
return 1
`,
);
