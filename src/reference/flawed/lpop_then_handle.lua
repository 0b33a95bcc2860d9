-- lpop_then_handle: hands out what is due and deletes it, in one step
local reply = take(redis, KEYS, ARGV)
for _, batch in ipairs(reply[3]) do
  ack(redis, { KEYS[2], KEYS[3], KEYS[1] }, { batch[1], batch[2], batch[3] })
end
return reply
