import { defineScript, type Script } from '../connection/script.ts'
import { PERIOD_QUOTAS } from './period-quotas-script.ts'
import { PLACES } from './places-script.ts'

/**
 * Everything that happens to the quotas of one partition, in one step and by the server's clock. KEYS[1] has all of their
 * state; ARGV[1] is a `QuotaWish`; the answer is a `QuotaAnswer`. Both are JSON.
 */
export const QUOTA_SCRIPT: Script = defineScript(`
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now, at = math.floor(micros / 1000), math.ceil(micros / 1000)
local wish = cjson.decode(ARGV[1])
local DAY = 86400000

local stored = redis.call('GET', KEYS[1])
local state = stored and cmsgpack.unpack(stored)
local lost = wish.known ~= '' and (not state or state.epoch ~= wish.known)
-- It has spent something, so that it should have been heard of all the time: it was cut off, and so were the others.
local alone = wish.known ~= '' and state and now > state.touched + 3 * wish.beatMs
if not state then
  state = { epoch = wish.epoch, since = now, touched = now, openAt = 0, pausedUntil = 0, members = {}, quotas = {}, line = {} }
end

-- Who spends, and until when each is believed to live: rather too long than too short, for the sake of the shares.
local member = state.members[wish.process] or { livesUntil = 0, seq = 0, turn = 0, granted = 0 }
member.livesUntil = now + 10 * wish.beatMs
state.members[wish.process] = member
local processes = 0
for process, each in pairs(state.members) do
  if each.livesUntil >= now then processes = processes + 1
  elseif math.max(each.livesUntil + 600000, each.leasedUntil or 0) < now then state.members[process] = nil end
end

${PERIOD_QUOTAS}${PLACES}
local quotas, keepMs = {}, 0
for i, plan in ipairs(wish.quotas) do
  local q = state.quotas[plan.id] or { log = {}, spent = 0, debt = 0, evenAt = 0, resetsAt = 0, from = 0 }
  state.quotas[plan.id], quotas[i] = q, q
  for field, value in pairs(plan) do q[field] = value end
  if q.resets then turn(q) else forget(q) end
  keepMs = math.max(keepMs, q.periodMs * (2 + math.ceil((q.spent + q.debt) / q.permits)))
end

local places = wish.places
-- Asked before: its client has sent it twice, or so late that nobody waits for the answer.
local repeated, late = wish.turn == member.turn, wish.turn < member.turn
if not repeated and not late then
  -- Granted, and never heard of: nobody has that permit.
  if member.granted > wish.heard then
    for i, q in ipairs(quotas) do refund(q, member.grantedAt, member.took[i]) end
  end
  member.turn, member.granted = wish.turn, 0
  if places then hold(places) end
end

local answer = { kind = 'told' }
if lost then
  -- What this process spends is not known here: it tells all of it. So do the others, each when it notices.
  answer.kind = 'lost'
  if now < state.since + wish.graceMs then state.openAt = math.max(state.openAt, state.since + wish.graceMs) end
else
  -- The others have not told yet what they spent meanwhile.
  if alone then state.openAt = now + wish.graceMs end
  for _, op in ipairs(wish.ops) do
    if op.seq > member.seq then
      member.seq = op.seq
      local when = op.at or at - op.ageMs
      for i, q in ipairs(quotas) do
        local by = op.by[i]
        if by > 0 then charge(q, op.spent and when or at, by)
        elseif by < 0 then refund(q, when, -by) end
      end
    end
  end
  if wish.pauseMs > 0 then state.pausedUntil = math.max(state.pausedUntil, now + wish.pauseMs) end
  if wish.take and member.granted == wish.turn then answer.kind = 'granted'
  elseif wish.take and not late then
    local ready, paused = 0, state.pausedUntil - now
    for i, q in ipairs(quotas) do ready = math.max(ready, readyIn(q, wish.take[i])) end
    local place, ahead = true, 0
    if places then place, ahead = placeFor(places) end
    if now < state.openAt then
      -- At the end of it nobody spends alone, so that all of it has been told.
      answer.kind = now < state.openAt - wish.beatMs and 'alone' or 'wait'
      answer.readyInMs = math.max(ready, state.openAt - now)
    elseif math.max(ready, paused) > 0 then
      answer.kind, answer.readyInMs = 'wait', math.max(ready, paused)
      if paused > 0 then answer.pausedMs = paused end
    elseif not place then answer.kind, answer.askInMs = 'full', stand(ahead)
    else
      answer.kind = 'granted'
      for i, q in ipairs(quotas) do charge(q, at, wish.take[i]) end
      member.granted, member.grantedAt, member.took = wish.turn, at, wish.take
      if places then
        member.held = member.held + 1
        leaveLine(wish.process)
      end
    end
  end
end

state.touched = now
answer.epoch, answer.processes, answer.now, answer.seq = state.epoch, processes, at, member.seq
answer.settling = now < state.openAt
if places then
  call(places)
  keepMs = math.max(keepMs, places.leaseMs)
end
redis.call('SET', KEYS[1], cmsgpack.pack(state), 'PX', math.ceil(keepMs + 2 * wish.graceMs + 60000))
return cjson.encode(answer)
`)
