-- release: gives a task back before its lease has run out, if it is still ours
-- Closes the race with a takeover: only the newest token releases. The record stays, so that the next token is higher and a
-- late claim of this owner is known for what it is.
-- KEYS: 1 task (see claim)
-- ARGV: 1 token  2 remember (ms)
-- Gives 1, or 0 if the lease was lost.
local known = redis.call('get', KEYS[1])
local token, rest = string.match(known or '', '^held (%d+) (.*)$')
if token ~= ARGV[1] then
  return 0
end
-- First a write that needs no memory: after it none is refused for the lack of some.
redis.call('pexpire', KEYS[1], ARGV[2])
redis.call('set', KEYS[1], 'free ' .. token .. ' ' .. rest, 'keepttl')
return 1
