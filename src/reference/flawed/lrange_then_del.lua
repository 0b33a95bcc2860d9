-- lrange_then_del: hands out what is due as take does, and takes nothing away
local writes = { zadd = true, zrem = true, hset = true, hdel = true, set = true }
local reads = {}
function reads.call(command, ...)
  if writes[command] then
    return 0
  end
  return redis.call(command, ...)
end
local reply, read, batches = take(reads, KEYS, ARGV), {}, {}
for _, batch in ipairs(reply[3]) do
  if not read[batch[1]] then -- what is not taken away may be found again
    read[batch[1]] = true
    batches[#batches + 1] = batch
  end
end
return { reply[1], reply[2], batches }
