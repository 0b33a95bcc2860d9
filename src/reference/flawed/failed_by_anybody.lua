-- failed_by_anybody: gives up a batch as fail does, whoever holds it
local packed, token = redis.call('hget', KEYS[2], 'b' .. ARGV[1]), ARGV[3]
if packed then
  local _, held = cmsgpack.unpack(packed)
  token = string.format('%d', held)
end
return fail(redis, KEYS, { ARGV[1], ARGV[2], token, ARGV[4], ARGV[5], ARGV[6] })
