import { defineScript, type Script } from '../connection/script.ts'

/**
 * Says what one process sees, and counts the others. KEYS[1]: a hash of `process: at failing servedAt`, in milliseconds of the
 * server's clock; ARGV: the process, whether it is failing, whether it was served (0 or 1), and for how long that counts.
 * Answers how many others there are, how many of those are failing, and how long ago one was served, or -1.
 *
 * The server's clock may jump, too: what was said longer ago or later than the time for which it counts is nothing.
 */
export const EXCHANGE: Script = defineScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = tonumber(ARGV[4])
local said = redis.call('HGETALL', KEYS[1])
local processes, failing, servedAt, ownServedAt = 0, 0, -1, 0
for i = 1, #said, 2 do
  local at, fails, served = string.match(said[i + 1], '^(%d+) (%d) (%d+)$')
  at, served = tonumber(at), tonumber(served)
  if said[i] == ARGV[1] then ownServedAt = served
  elseif not at or math.abs(now - at) >= ttl then redis.call('HDEL', KEYS[1], said[i])
  else
    processes = processes + 1
    if fails == '1' then failing = failing + 1 end
    if served > 0 and served <= now then servedAt = math.max(servedAt, served) end
  end
end
if ARGV[3] == '1' then ownServedAt = now end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s %.0f', now, ARGV[2], ownServedAt))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return { processes, failing, servedAt < 0 and -1 or now - servedAt }
`)
