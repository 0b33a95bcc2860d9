-- push: adds a message to its conversation once, and draws the time at which the conversation falls due
-- Closes the race of a message with its own repetition: "is it known?" and "remember it" are one command.
-- KEYS: 1 id  2 due  3 buffer
-- ARGV: 1 name  2 message; and, written into the script by who loads it:
--       3 quiet  4 longest wait  5 remember (ms)  6 messages a batch  7 bytes a batch (times in µs)
local call, name = redis.call, ARGV[1]
local state = call('hget', KEYS[3], name)
-- The first write. It can be refused (memory, disk), and no other can: this script does all or nothing.
if not call('set', KEYS[1], '', 'nx', 'px', ARGV[5]) then
  return 0
end
local clock = call('time')
local now = clock[1] * 1000000 + clock[2]
local head, tail, bytes, first, found, busy = 0, 0, 0, now, math.huge, 0
if state then
  head, tail, bytes, first, found, busy = struct.unpack('<i4i4dddB', state)
  if head == tail or first > now then -- nothing waits; or the clock was set back
    first = now
  end
end
local message = clock[1] .. ' ' .. clock[2] .. ' ' .. ARGV[2]
bytes = bytes + #message
local due = math.min(now + ARGV[3], first + ARGV[4])
local full = tail + 1 - head >= ARGV[6] + 0 or bytes >= ARGV[7] + 0
if full and due > now then
  due = now
end
-- One that falls due later than it is looked at is put off by take, which is cheaper than by each message of a burst.
if busy == 0 and due < found then
  call('zadd', KEYS[2], string.format('%d', due), name)
end
state = struct.pack('<i4i4dddB', head, tail + 1, bytes, first, due, busy)
call('hset', KEYS[3], string.format('%d%s', tail, name), message, name, state)
return full and busy == 0 and 2 or 1
