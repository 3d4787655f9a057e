/**
 * The quotas of a time, in Lua: what is spent, given back, forgotten, and when there is room again. Needs `now`, and `DAY` in
 * milliseconds.
 *
 * Sliding quotas are those of core's `SlidingQuota`: each spending is remembered until its period has passed, rounded up to a
 * two-hundredth of the period, so that what is remembered is bounded and nothing comes back too early.
 */
export const PERIOD_QUOTAS = `
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
`
