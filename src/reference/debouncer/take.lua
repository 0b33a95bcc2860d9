-- take: hands out batches under a lease: first those whose lease has run out, then those of conversations that are due
-- Closes the race of two takers: finding a batch, moving it out of reach and drawing its token are one step.
-- KEYS: 1 due  2 leases  3 buffer  4 fence
-- ARGV: 1 only this name, or ''  2 batches at most  3 beginning of new batch ids
--       4 lease  5 quiet  6 longest wait  7 messages a batch  8 bytes a batch (times in µs)
local only, room, lease = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local batchMax, bytesMax = tonumber(ARGV[7]), tonumber(ARGV[8])
local clock = redis.call('time')
local now = clock[1] * 1000000 + clock[2]
-- Tokens follow the clock, so that they go on rising after this Redis has forgotten the last one; never below it.
local token = math.max(tonumber(redis.call('get', KEYS[4])) or 0, now)
local batches, bytesOut = {}, 0

-- The names in a set whose time has come, each followed by that time.
local function come(set)
  if only == '' then
    return redis.call('zrangebyscore', set, '-inf', string.format('%d', now), 'withscores', 'limit', 0, room)
  end
  local at = redis.call('zscore', set, only)
  return at and tonumber(at) <= now and { only, at } or {}
end

local function messagesOf(name, from, count)
  local fields = {}
  for position = from, from + count - 1 do
    fields[#fields + 1] = string.format('%d%s', position, name)
  end
  return redis.call('hmget', KEYS[3], unpack(fields))
end

local function hand(name, at, id, attempt, from, count, full, messages)
  token = token + 1
  local text = string.format('%d', token)
  id = id or ARGV[3] .. text
  redis.call('hset', KEYS[3], 'b' .. name, cmsgpack.pack(id, token, attempt, from, count, full))
  redis.call('zadd', KEYS[2], string.format('%d', now + lease), name)
  batches[#batches + 1] = { name, id, text, attempt, full, now - at, messages }
  for _, message in ipairs(messages) do
    bytesOut = bytesOut + #(message or '')
  end
  room = room - 1
end

-- How many messages one batch takes: as many as may be, and as fit, but one at least.
local function countOf(name, head, tail, bytes)
  local count = math.min(tail - head, batchMax)
  if bytes <= bytesMax then
    return count
  end
  local sum = 0
  for i = 0, count - 1 do
    sum = sum + redis.call('hstrlen', KEYS[3], string.format('%d%s', head + i, name))
    if sum > bytesMax then
      return math.max(i, 1)
    end
  end
  return count
end

-- When a message was accepted.
local function acceptedAt(name, position)
  local message = redis.call('hget', KEYS[3], string.format('%d%s', position, name))
  local seconds, micros = string.match(message or '', '^(%d+) (%d+)')
  return seconds and seconds * 1000000 + micros or now
end

-- What stays behind a batch waits as if it had come alone.
local function behind(name, head, tail, bytes)
  local first = acceptedAt(name, head)
  local due = math.min(acceptedAt(name, tail - 1) + ARGV[5], first + ARGV[6])
  if tail - head >= batchMax or bytes >= bytesMax then
    due = math.min(due, now)
  end
  return first, due
end

local function gather(name, head, tail, bytes, first, dueAt)
  local count = countOf(name, head, tail, bytes)
  local full = (count >= batchMax or bytes >= bytesMax) and 1 or 0
  local messages = messagesOf(name, head, count)
  for _, message in ipairs(messages) do
    bytes = bytes - #(message or '')
  end
  local dueBehind = dueAt
  if head + count < tail then
    first, dueBehind = behind(name, head + count, tail, bytes)
  end
  redis.call('hset', KEYS[3], name, struct.pack('<i4i4dddB', head + count, tail, bytes, first, dueBehind, 1))
  hand(name, dueAt, nil, 1, head, count, full, messages)
end

local expired = come(KEYS[2])
for i = 1, #expired, 2 do
  if bytesOut >= bytesMax then break end
  local name = expired[i]
  -- Removing comes first: it frees memory, and what follows a write is refused no more.
  redis.call('zrem', KEYS[2], name)
  local packed = redis.call('hget', KEYS[3], 'b' .. name)
  if packed then
    local id, _, attempt, from, count, full = cmsgpack.unpack(packed)
    hand(name, expired[i + 1], id, attempt + 1, from, count, full, messagesOf(name, from, count))
  end
end

-- Again and again, because those that are only put off take no room; not for ever, because nobody else is served meanwhile.
for _ = 1, 8 do
  local due = room > 0 and bytesOut < bytesMax and come(KEYS[1]) or {}
  for i = 1, #due, 2 do
    if bytesOut >= bytesMax then break end
    local name = due[i]
    redis.call('zrem', KEYS[1], name) -- frees first, as above
    local state = redis.call('hget', KEYS[3], name)
    local head, tail, bytes, first, dueAt
    if state then
      head, tail, bytes, first, dueAt = struct.unpack('<i4i4dddB', state)
    end
    if state and dueAt > now then -- messages have come since it was put there
      redis.call('zadd', KEYS[1], string.format('%d', dueAt), name)
    elseif state then
      gather(name, head, tail, bytes, first, dueAt)
    end
  end
  if #due == 0 then break end
end

if #batches > 0 then
  redis.call('set', KEYS[4], string.format('%d', token))
end

-- For how long nothing more can come of what is known now; -1: nothing is known.
local wait = -1
for _, set in ipairs({ KEYS[1], KEYS[2] }) do
  local at
  if only == '' then
    at = redis.call('zrange', set, 0, 0, 'withscores')[2]
  else
    at = redis.call('zscore', set, only)
  end
  if at then
    local left = math.max(0, at - now)
    wait = wait < 0 and left or math.min(wait, left)
  end
end
local open = only ~= '' and redis.call('hexists', KEYS[3], only) or 0
return { wait, open, batches }
