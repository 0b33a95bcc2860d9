-- ack: deletes a batch that is done, if the token is still the one that holds it
-- Closes the race of "is it empty?" with a push: giving the conversation up and looking for more are one step.
-- KEYS: 1 leases  2 buffer  3 due
-- ARGV: 1 name  2 batch id  3 token
local name = ARGV[1]
local packed, state = unpack(redis.call('hmget', KEYS[2], 'b' .. name, name))
if not packed or not state then
  return { 0, state and 1 or 0 }
end
local id, token, _, from, count = cmsgpack.unpack(packed)
if id ~= ARGV[2] or token ~= tonumber(ARGV[3]) then
  return { 0, 1 }
end
local fields = { 'b' .. name }
for position = from, from + count - 1 do
  fields[#fields + 1] = string.format('%d%s', position, name)
end
local head, tail, bytes, first, due = struct.unpack('<i4i4dddB', state)
local open = head < tail
if not open then
  fields[#fields + 1] = name
end
-- Removing comes first: it frees memory, and what follows a write is refused no more.
redis.call('zrem', KEYS[1], name)
redis.call('hdel', KEYS[2], unpack(fields))
if open then
  redis.call('hset', KEYS[2], name, struct.pack('<i4i4dddB', head, tail, bytes, first, due, 0))
  redis.call('zadd', KEYS[3], string.format('%d', due), name)
end
return { 1, open and 1 or 0 }
