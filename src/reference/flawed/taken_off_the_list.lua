-- taken_off_the_list: takes a dead letter off the list of those that are there
-- KEYS, ARGV: as discard
return redis.call('zrem', KEYS[2], ARGV[1])
