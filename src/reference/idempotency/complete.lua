-- complete: says that a task is done, and what came of it, if nobody has taken it over
-- Closes the race with a takeover: only the newest token completes. An expired lease that nobody took over is completed all the
-- same, and so is a record that is gone: the work is done, and nobody else has begun it. A repetition changes nothing.
-- KEYS: 1 task (see claim)
-- ARGV: 1 token  2 fingerprint  3 remember (ms)  4 result, or nothing
-- Gives 1, or 0 if the lease was lost.
local known = redis.call('get', KEYS[1])
if known then
  local state, token = string.match(known, '^(%l+) (%d+) ')
  if token ~= ARGV[1] or state == 'free' then
    return 0
  elseif state == 'done' then
    return 1
  end
  -- First a write that needs no memory: after it none is refused for the lack of some. What was done must not be done again.
  redis.call('pexpire', KEYS[1], ARGV[3])
end
local done = 'done ' .. ARGV[1] .. ' 0 0 - ' .. ARGV[2]
redis.call('set', KEYS[1], ARGV[4] and done .. '\n' .. ARGV[4] or done, 'px', ARGV[3])
return 1
