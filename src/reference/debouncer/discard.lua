-- discard: deletes a dead letter for good
-- KEYS: 1 dead letters  2 dead letters by time
-- ARGV: 1 batch id
redis.call('zrem', KEYS[2], ARGV[1])
return redis.call('hdel', KEYS[1], ARGV[1])
