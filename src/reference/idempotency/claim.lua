-- claim: takes the lease on a task, unless somebody holds it, it is done, or it was another task
-- Closes the race of two workers with one task: "is it free?" and "now it is mine" are one step. The repetition of a claim
-- whose answer was lost is known by its owner and gets the same answer; one that comes after its own release gets nothing.
-- KEYS: 1 task: a text "state token since lease owner fingerprint", and for a task that is done its result on a second line
-- ARGV: 1 owner  2 fingerprint  3 lease  4 remember (times in ms; `since` and tokens are microseconds of Redis's clock)
-- Gives {what, token} for "first", {what, ms} for "busy", {what, result} for "done"; else {"conflict"} or {"late"}.
local known = redis.call('get', KEYS[1])
local clock = redis.call('time')
local now = clock[1] .. string.sub('000000' .. clock[2], -6)
local token = now
if known then
  local state, last, since, lease, owner, fingerprint, result =
    string.match(known, '^(%l+) (%d+) (%d+) (%d+) (%S+) (%S*)\n?(.*)$')
  local left = state == 'held' and since + lease * 1000 - now or 0
  if fingerprint ~= ARGV[2] then
    return { 'conflict' }
  elseif state == 'done' then
    return { 'done', result ~= '' and result }
  elseif owner == ARGV[1] then
    return state == 'held' and { 'first', last } or { 'late' }
  elseif left > 0 then
    return { 'busy', math.ceil(left / 1000) }
  end
  -- Tokens follow the clock, so that they go on rising when a record has been forgotten; never below the last one.
  if tonumber(last) >= tonumber(now) then
    token = string.format('%.0f', last + 1)
  end
end
redis.call('set', KEYS[1], 'held ' .. token .. ' ' .. now .. ' ' .. ARGV[3] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2], 'px', ARGV[4])
return { 'first', token }
