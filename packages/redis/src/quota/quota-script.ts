import { defineScript, type Script } from '../connection/script.ts'

/**
 * Everything that happens to the quotas of one partition, in one step and by the server's clock. KEYS[1] has all of their
 * state; ARGV[1] is a {@link QuotaWish}; the answer is a {@link QuotaAnswer}. Both are JSON.
 *
 * Sliding quotas are those of core's `SlidingQuota`: each spending is remembered until its period has passed, rounded up to a
 * two-hundredth of the period, so that what is remembered is bounded and nothing comes back too early.
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
  state = { epoch = wish.epoch, since = now, touched = now, openAt = 0, pausedUntil = 0, members = {}, quotas = {} }
end

-- Who spends, and until when each is believed to live: rather too long than too short, for the sake of the shares.
local member = state.members[wish.process] or { livesUntil = 0, seq = 0 }
member.livesUntil = now + 10 * wish.beatMs
state.members[wish.process] = member
local processes = 0
for process, each in pairs(state.members) do
  if each.livesUntil >= now then processes = processes + 1
  elseif each.livesUntil + 600000 < now then state.members[process] = nil end
end

local function instant(q, when) return math.ceil(when / q.step) * q.step end

-- A spending in its place: reports may be about the past.
local function enter(q, when, cost)
  if cost <= 0 then return end
  local log, place = q.log, instant(q, when)
  local i = #log - 1
  while i >= 1 and log[i] > place do i = i - 2 end
  if i >= 1 and log[i] == place then log[i + 1] = log[i + 1] + cost
  else
    table.insert(log, i + 2, place)
    table.insert(log, i + 3, cost)
  end
  q.spent = q.spent + cost
end

-- Permits that come back pay debts first.
local function forget(q)
  local first = 1
  while q.log[first] and q.log[first] + q.periodMs <= now do
    local back, cost = q.log[first] + q.periodMs, q.log[first + 1]
    first = first + 2
    q.spent = q.spent - cost
    local paid = math.min(cost, q.debt)
    q.debt = q.debt - paid
    enter(q, back, paid)
  end
  local log = {}
  for i = first, #q.log do log[#log + 1] = q.log[i] end
  q.log = log
  if #log == 0 then q.spent = 0 end
end

-- A day of somebody's calendar. The client knows calendars: it names the next beginnings of days.
local function turn(q)
  if now < q.resetsAt then return end
  local days = math.floor((now - q.resetsAt) / DAY) + 1
  q.spent = math.max(0, q.spent - days * q.permits)
  q.from = q.resetsAt
  for _, reset in ipairs(q.resets) do
    if reset > now then q.resetsAt = reset; break end
  end
end

local function charge(q, when, cost)
  if cost <= 0 then return end
  if q.resets then q.spent = q.spent + cost
  else
    local within = math.min(cost, math.max(0, q.permits - q.spent))
    q.debt = q.debt + cost - within
    enter(q, when, within)
  end
  if q.smooth then q.evenAt = math.max(when, q.evenAt) + cost * q.periodMs / q.permits end
end

local function refund(q, when, cost)
  if q.smooth then q.evenAt = q.evenAt - cost * q.periodMs / q.permits end
  if q.resets then
    if when >= q.from then q.spent = math.max(0, q.spent - cost) end
    return
  end
  local paid = math.min(q.debt, cost)
  q.debt, cost = q.debt - paid, cost - paid
  -- From where it was spent, to the older: what is given back never comes later than what it was.
  for i = #q.log - 1, 1, -2 do
    if cost > 0 and q.log[i] <= instant(q, when) + q.step then
      local part = math.min(cost, q.log[i + 1])
      q.log[i + 1] = q.log[i + 1] - part
      q.spent, cost = q.spent - part, cost - part
    end
  end
end

local function readyIn(q, cost)
  local ready = 0
  if q.smooth and cost > 0 then
    local burst = math.max(1, q.permits * 0.1)
    ready = math.max(0, q.evenAt - now - (burst - math.min(cost, burst)) * q.periodMs / q.permits)
  end
  local excess = q.spent + q.debt + math.min(cost, q.permits) - q.permits
  -- Fractions leave dust.
  if excess <= q.permits * 1e-9 then return ready end
  if q.resets then
    return math.max(ready, q.resetsAt - now + (math.ceil(excess / q.permits) - 1) * DAY)
  end
  local rounds = math.max(0, math.ceil((excess - q.spent) / q.permits))
  local left = excess - rounds * q.permits
  for i = 1, #q.log, 2 do
    left = left - q.log[i + 1]
    if left <= q.permits * 1e-9 then return math.max(ready, q.log[i] + (rounds + 1) * q.periodMs - now) end
  end
  return math.max(ready, (rounds + 1) * q.periodMs)
end

local quotas, keepMs = {}, 0
for i, plan in ipairs(wish.quotas) do
  local q = state.quotas[plan.id] or { log = {}, spent = 0, debt = 0, evenAt = 0, resetsAt = 0, from = 0 }
  state.quotas[plan.id], quotas[i] = q, q
  for field, value in pairs(plan) do q[field] = value end
  if q.resets then turn(q) else forget(q) end
  keepMs = math.max(keepMs, q.periodMs * (2 + math.ceil((q.spent + q.debt) / q.permits)))
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
  if wish.take then
    local ready, paused = 0, state.pausedUntil - now
    for i, q in ipairs(quotas) do ready = math.max(ready, readyIn(q, wish.take[i])) end
    if now < state.openAt then
      -- At the end of it nobody spends alone, so that all of it has been told.
      answer.kind = now < state.openAt - wish.beatMs and 'alone' or 'wait'
      answer.readyInMs = math.max(ready, state.openAt - now)
    elseif math.max(ready, paused) > 0 then
      answer.kind, answer.readyInMs = 'wait', math.max(ready, paused)
      if paused > 0 then answer.pausedMs = paused end
    else
      answer.kind = 'granted'
      for i, q in ipairs(quotas) do charge(q, at, wish.take[i]) end
    end
  end
end

state.touched = now
answer.epoch, answer.processes, answer.now, answer.seq = state.epoch, processes, at, member.seq
answer.settling = now < state.openAt
redis.call('SET', KEYS[1], cmsgpack.pack(state), 'PX', math.ceil(keepMs + 2 * wish.graceMs + 60000))
return cjson.encode(answer)
`)

/** What a process asks of the quotas of a partition. */
export interface QuotaWish {
  readonly process: string
  /** The epoch in which it was answered last: another one has forgotten what it spent. Empty: it has spent nothing yet. */
  readonly known: string
  /** The name of a new epoch, should one begin. */
  readonly epoch: string
  /** How often it tells that it lives. */
  readonly beatMs: number
  /** In how many milliseconds everybody has told what was spent, after a time in which nobody could. */
  readonly graceMs: number
  readonly quotas: readonly {
    readonly id: string
    readonly permits: number
    readonly periodMs: number
    readonly step: number
    readonly smooth: boolean
    /** The next beginnings of days, in milliseconds since 1970 UTC. */
    readonly resets?: readonly number[]
  }[]
  readonly ops: readonly QuotaOp[]
  /** What to take, by quota. */
  readonly take?: readonly number[]
  readonly pauseMs: number
}

/** What a process tells. Numbered, so that what is sent twice counts once. */
export interface QuotaOp {
  readonly seq: number
  /** How long ago it was spent. */
  readonly ageMs: number
  /** When it was spent, on the server's clock, where it knows of it. */
  readonly at?: number
  /** By quota: above 0 is spent, below 0 is given back. */
  readonly by: readonly number[]
  /** Whether it was spent then; else what it is more is spent now. */
  readonly spent: boolean
}

/** What the script answers. */
export interface QuotaAnswer {
  readonly kind: 'granted' | 'wait' | 'alone' | 'lost' | 'told'
  readonly readyInMs?: number
  readonly pausedMs?: number
  readonly epoch: string
  /** How many processes live. */
  readonly processes: number
  /** Whether some of them may not have come back yet. */
  readonly settling: boolean
  /** The server's clock: milliseconds since 1970 UTC. */
  readonly now: number
  /** The last op that counts. */
  readonly seq: number
}
