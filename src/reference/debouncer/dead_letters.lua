-- dead_letters: lists dead letters, oldest first
-- KEYS: 1 dead letters  2 dead letters by time
-- ARGV: 1 the earliest time of death (µs)  2 how many at most  3 bytes at which it stops
local letters, bytes, complete = {}, 0, 1
for _, id in ipairs(redis.call('zrangebyscore', KEYS[2], ARGV[1], '+inf', 'limit', 0, ARGV[2])) do
  local packed = redis.call('hget', KEYS[1], id)
  if packed then
    local name, at, attempts, reason, _, messages = cmsgpack.unpack(packed)
    letters[#letters + 1] = { id, name, at, attempts, reason, messages }
    bytes = bytes + #packed
    if bytes >= tonumber(ARGV[3]) then
      complete = 0
      break
    end
  end
end
return { complete, letters }
