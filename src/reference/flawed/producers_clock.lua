-- producers_clock: adds a message as push does, at the time that its producer says it is
-- The last two of ARGV: that time, in seconds and microseconds.
local clock = {}
function clock.call(command, ...)
  if command == 'time' then
    return { ARGV[#ARGV - 1], ARGV[#ARGV] }
  end
  return redis.call(command, ...)
end
return push(clock, KEYS, ARGV)
