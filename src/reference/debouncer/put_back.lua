-- put_back: makes a dead letter the next batch of its conversation, with its old id and no attempts behind it
-- Closes the race with a taker: it waits outside while a batch of the conversation is in flight.
-- KEYS: 1 leases  2 buffer  3 due  4 dead letters  5 dead letters by time
-- ARGV: 1 batch id
local dead = redis.call('hget', KEYS[4], ARGV[1])
if not dead then
  return 'unknown'
end
local name, _, _, _, full, messages = cmsgpack.unpack(dead)
local head, tail, bytes, first, due, busy = 0, 0, 0, 0, 0, 0
local state = redis.call('hget', KEYS[2], name)
if state then
  head, tail, bytes, first, due, busy = struct.unpack('<i4i4dddB', state)
end
if busy == 1 then
  return 'busy'
end
local clock = redis.call('time')
redis.call('zrem', KEYS[5], ARGV[1]) -- frees first, see ack
redis.call('hdel', KEYS[4], ARGV[1])
redis.call('zrem', KEYS[3], name)
-- Nothing is in flight, so the positions before the first message that waits are free.
for i, message in ipairs(messages) do
  redis.call('hset', KEYS[2], string.format('%d%s', head - #messages + i - 1, name), message)
end
redis.call('hset', KEYS[2], name, struct.pack('<i4i4dddB', head, tail, bytes, first, due, 1))
redis.call('hset', KEYS[2], 'b' .. name, cmsgpack.pack(ARGV[1], 0, 0, head - #messages, #messages, full))
redis.call('zadd', KEYS[1], string.format('%d', clock[1] * 1000000 + clock[2]), name)
return 'put_back'
