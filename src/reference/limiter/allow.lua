-- allow: counts a call if no window will then hold more than the limit, and says how much is left
-- Closes the race of two calls for the last place: "is there room?" and "it is taken" are one step.
-- KEYS: 1 log: a list, oldest first, each entry a slot's time and the sum of all that was allowed up to it; the first entry is
--         where the window's count begins, and has left it
-- ARGV: 1 limit  2 window  3 slot  4 cost (times in microseconds)
-- Gives {1 if allowed, what is left, ms until there is more, ms until there is room for this cost, or 0}.
local limit, window, slot, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local clock = redis.call('time')
local now = clock[1] * 1000000 + clock[2]
local pack, unpack = cmsgpack.pack, cmsgpack.unpack

-- Read from the front: two entries as a rule, and more at a time where many have left the window. Indexes that are known are
-- texts, because Redis takes longer to make one of a number than to look.
local chunk, offset, size = redis.call('lrange', KEYS[1], '0', '1'), 0, 16
local function entry(index)
  if index >= offset + #chunk and #chunk > 0 then
    chunk, offset, size = redis.call('lrange', KEYS[1], index, index + size - 1), index, 128
  end
  local packed = chunk[index - offset + 1]
  if packed then
    return unpack(packed)
  end
end

-- A slot leaves the window as a whole: its time is that of its end.
local known, gone = #chunk > 0, 0
local _, before = entry(0)
local first, sum = entry(1)
while first and first + window <= now do
  gone, before = gone + 1, sum
  first, sum = entry(gone + 1)
end
local last, total = 0, before or 0
if first then
  last, total = unpack(redis.call('lindex', KEYS[1], '-1'))
end
local used = total - (before or 0)

if used + cost <= limit then
  local at = math.max(math.ceil(now / slot) * slot, last) -- never before the last one: the clock may have been set back
  -- Only the first write can be refused (memory, disk), so it is all or nothing; where it frees memory nothing is refused.
  if not known then
    redis.call('rpush', KEYS[1], pack(0, 0), pack(at, cost))
  elseif at == last then
    redis.call('lset', KEYS[1], '-1', pack(at, total + cost))
  else
    if gone > 0 then
      redis.call('ltrim', KEYS[1], gone, '-1')
    end
    redis.call('rpush', KEYS[1], pack(at, total + cost))
  end
  -- Half a window more than it needs, so that it has to be said twice a window and not with each call; a slot ends later than now.
  if math.floor(2 * at / window) ~= math.floor(2 * last / window) then
    redis.call('pexpire', KEYS[1], math.ceil((window * 1.5 + slot) / 1000) + 1)
  end
  return { 1, limit - used - cost, math.ceil(((first or at) + window - now) / 1000), 0 }
end

-- Room comes when enough of the oldest has left.
local room, index = first, gone + 1
while room and sum - before < used + cost - limit do
  index = index + 1
  room, sum = entry(index)
end
return { 0, math.max(0, limit - used), math.ceil((first + window - now) / 1000), math.ceil((room + window - now) / 1000) }
