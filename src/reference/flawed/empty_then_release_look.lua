-- empty_then_release_look: deletes a batch as ack does, and says whether more waits; the mark of being flushed stays
local keeps = {}
function keeps.call(command, ...)
  if command == 'zrem' and (...) == KEYS[1] then
    return 0
  end
  return redis.call(command, ...)
end
local reply = ack(keeps, KEYS, ARGV)
return { reply[1], reply[2], redis.call('zscore', KEYS[1], ARGV[1]) }
