-- dead_letters: lists dead letters, oldest first, and those of one moment by their ids
-- KEYS: 1 dead letters  2 dead letters by time
-- ARGV: 1 the earliest time of death (µs)  2 the id after which to begin among those of that time, or ''  3 how many at most
--       4 bytes at which it stops, after one letter at least
local after, room, bytesMax = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])

-- As a sorted set does: byte by byte, whatever the language of the server.
local function comesLater(id, other)
  for i = 1, #other do
    local one, two = string.byte(id, i) or -1, string.byte(other, i)
    if one ~= two then
      return one > two
    end
  end
  return #id > #other
end

local letters, bytes, offset = {}, 0, 0
while #letters < room do
  local some = redis.call('zrangebyscore', KEYS[2], ARGV[1], '+inf', 'withscores', 'limit', offset, room)
  for i = 1, #some, 2 do
    local id, isNew = some[i], tonumber(some[i + 1]) > tonumber(ARGV[1]) or comesLater(some[i], after)
    local packed = isNew and #letters < room and redis.call('hget', KEYS[1], id)
    if packed then
      local name, at, attempts, reason, _, messages = cmsgpack.unpack(packed)
      letters[#letters + 1] = { id, name, at, attempts, reason, messages }
      bytes = bytes + #packed
      if bytes >= bytesMax then
        return { 0, letters }
      end
    end
  end
  if #some == 0 then break end
  offset = offset + room
end
return { 1, letters }
