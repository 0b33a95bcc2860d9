-- renew: makes the lease on a task longer, if it is still ours
-- Closes the race with a takeover: only the newest token renews.
-- KEYS: 1 task (see claim)
-- ARGV: 1 token  2 lease  3 remember (times in ms)
-- Gives 1, or 0 if the lease was lost.
local known = redis.call('get', KEYS[1])
local token, owner = string.match(known or '', '^held (%d+) %d+ %d+ (.*)$')
if token ~= ARGV[1] then
  return 0
end
local clock = redis.call('time')
local now = clock[1] .. string.sub('000000' .. clock[2], -6)
-- First a write that needs no memory: after it none is refused for the lack of some.
redis.call('pexpire', KEYS[1], ARGV[3])
redis.call('set', KEYS[1], 'held ' .. token .. ' ' .. now .. ' ' .. ARGV[2] .. ' ' .. owner, 'keepttl')
return 1
