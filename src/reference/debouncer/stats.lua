-- stats: counts what waits, what is in flight and what is dead, and how late and how old the first of it is (µs)
-- KEYS: 1 due  2 leases  3 buffer  4 dead letters
-- ARGV: 1 how many conversations are looked at, of each of the two sets: those that are first
local clock = redis.call('time')
local now = clock[1] * 1000000 + clock[2]
local pending, flying = redis.call('zcard', KEYS[1]), redis.call('zcard', KEYS[2])
local late, old = 0, 0

-- Where a conversation stands among the due is when it is looked at, not when it falls due: a later message puts that off.
for _, name in ipairs(redis.call('zrange', KEYS[1], 0, ARGV[1] - 1)) do
  local state = redis.call('hget', KEYS[3], name)
  if state then
    local _, _, _, first, due = struct.unpack('<i4i4dddB', state)
    late, old = math.max(late, now - due), math.max(old, now - first)
  end
end

-- A batch is late when its lease, or its wait for another attempt, is over and nobody takes it.
local leases = redis.call('zrange', KEYS[2], 0, ARGV[1] - 1, 'withscores')
for i = 1, #leases, 2 do
  local name = leases[i]
  local packed = redis.call('hget', KEYS[3], 'b' .. name)
  if packed then
    local _, _, _, from = cmsgpack.unpack(packed)
    local message = redis.call('hget', KEYS[3], string.format('%d%s', from, name))
    local seconds, micros = string.match(message or '', '^(%d+) (%d+)')
    late = math.max(late, now - leases[i + 1])
    old = math.max(old, seconds and now - seconds * 1000000 - micros or 0)
  end
end
-- The buffer holds each conversation's state, each batch, and the messages.
local messages = redis.call('hlen', KEYS[3]) - pending - 2 * flying
return { pending, flying, messages, redis.call('hlen', KEYS[4]), late, old }
