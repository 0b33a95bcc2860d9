-- give_back: lets a batch that nobody began be taken again at once; the attempt does not count
-- Closes the race with a takeover: only the token that holds the batch may give it back.
-- KEYS: 1 leases  2 buffer
-- ARGV: 1 name  2 batch id  3 token
local packed = redis.call('hget', KEYS[2], 'b' .. ARGV[1])
if not packed then
  return 0
end
local id, token, attempt, from, count, full = cmsgpack.unpack(packed)
if id ~= ARGV[2] or token ~= tonumber(ARGV[3]) then
  return 0
end
local clock = redis.call('time')
redis.call('zrem', KEYS[1], ARGV[1]) -- frees first, see ack
redis.call('zadd', KEYS[1], string.format('%d', clock[1] * 1000000 + clock[2]), ARGV[1])
redis.call('hset', KEYS[2], 'b' .. ARGV[1], cmsgpack.pack(id, 0, attempt - 1, from, count, full))
return 1
