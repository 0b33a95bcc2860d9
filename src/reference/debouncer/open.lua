-- open: remembers into how many shards the conversations are spread, for with another number they would be torn apart
-- KEYS: 1 shards
-- ARGV: 1 number of shards
local known = redis.call('get', KEYS[1])
if known then
  return tonumber(known)
end
redis.call('set', KEYS[1], ARGV[1])
return tonumber(ARGV[1])
