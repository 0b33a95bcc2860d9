-- empty_then_release_push: adds a message as push does, and schedules nothing if the conversation is being flushed
-- KEYS, after those of push: the marks
local marks = KEYS[4]
local leaves = {}
function leaves.call(command, ...)
  if command == 'zadd' and redis.call('zscore', marks, ARGV[1]) then
    return 0
  end
  return redis.call(command, ...)
end
return push(leaves, KEYS, ARGV)
