-- stats: counts what waits, what is in flight and what is dead, and how late and how old the first of it is (µs)
-- KEYS: 1 due  2 leases  3 buffer  4 dead letters
local clock = redis.call('time')
local now = clock[1] * 1000000 + clock[2]
local pending, flying = redis.call('zcard', KEYS[1]), redis.call('zcard', KEYS[2])
local late, old = 0, 0
local front = redis.call('zrange', KEYS[1], 0, 0, 'withscores')
if front[1] then
  local state = redis.call('hget', KEYS[3], front[1])
  if state then
    local _, _, _, first, due = struct.unpack('<i4i4dddB', state)
    late, old = math.max(0, now - due), math.max(0, now - first)
  end
end
-- The buffer holds each conversation's state, each batch, and the messages.
local messages = redis.call('hlen', KEYS[3]) - pending - 2 * flying
return { pending, flying, messages, redis.call('hlen', KEYS[4]), late, old }
