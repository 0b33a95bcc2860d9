-- empty_then_release_release: takes the mark of being flushed away, unless it is somebody else's by now
-- KEYS: 1 marks
-- ARGV: 1 name  2 the mark as it was
if redis.call('zscore', KEYS[1], ARGV[1]) == ARGV[2] then
  return redis.call('zrem', KEYS[1], ARGV[1])
end
return 0
