-- fail: lets a batch be taken again after a while or, after its last attempt, moves it to the dead letters
-- Closes the race with a takeover: only the token that holds the batch may give it up, and the step is one.
-- KEYS: 1 leases  2 buffer  3 due  4 dead letters  5 dead letters by time
-- ARGV: 1 name  2 batch id  3 token  4 reason  5 most attempts  6 wait before the next attempt (µs)
local name = ARGV[1]
local packed, state = unpack(redis.call('hmget', KEYS[2], 'b' .. name, name))
if not packed or not state then
  return { 'lost', state and 1 or 0 }
end
local id, token, attempt, from, count, full = cmsgpack.unpack(packed)
if id ~= ARGV[2] or token ~= tonumber(ARGV[3]) then
  return { 'lost', 1 }
end
local clock = redis.call('time')
local now = clock[1] * 1000000 + clock[2]
if attempt < tonumber(ARGV[5]) then
  redis.call('zrem', KEYS[1], name) -- frees first, see ack
  redis.call('zadd', KEYS[1], string.format('%d', now + ARGV[6]), name)
  redis.call('hset', KEYS[2], 'b' .. name, cmsgpack.pack(id, 0, attempt, from, count, full)) -- no token holds it
  return { 'again', 1 }
end

local fields, messages = {}, {}
for position = from, from + count - 1 do
  fields[#fields + 1] = string.format('%d%s', position, name)
end
for _, message in ipairs(redis.call('hmget', KEYS[2], unpack(fields))) do
  messages[#messages + 1] = message or nil
end
local head, tail, bytes, first, due = struct.unpack('<i4i4dddB', state)
local open = head < tail
fields[#fields + 1] = 'b' .. name
if not open then
  fields[#fields + 1] = name
end
redis.call('zrem', KEYS[1], name) -- frees first, see ack
redis.call('hdel', KEYS[2], unpack(fields))
redis.call('hset', KEYS[4], id, cmsgpack.pack(name, now, math.min(attempt, ARGV[5]), ARGV[4], full, messages))
redis.call('zadd', KEYS[5], string.format('%d', now), id)
if open then
  redis.call('hset', KEYS[2], name, struct.pack('<i4i4dddB', head, tail, bytes, first, due, 0))
  redis.call('zadd', KEYS[3], string.format('%d', due), name)
end
return { 'dead', open and 1 or 0 }
