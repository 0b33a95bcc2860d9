-- push_resent: adds whatever comes, as RPUSH does, and remembers its id
-- The last of ARGV: for how long (ms)
local id, clock = KEYS[1], redis.call('time')
local reply = push(redis, { id .. ':' .. clock[1] .. '.' .. clock[2], KEYS[2], KEYS[3] }, ARGV)
redis.call('set', id, '', 'px', ARGV[#ARGV])
return reply
