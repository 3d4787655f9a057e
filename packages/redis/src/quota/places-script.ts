/**
 * The calls that all processes have at work, in Lua. Each process says with every question how many it has; they count for its
 * lease from then on, so that those of a process that died are free when it is over. Needs `state`, `wish`, `member` and `now`.
 *
 * Whoever finds all places taken stands in a line of processes. Whose turn it is, is called on a channel of its own; for those
 * who do not hear it each is told when to ask again: the first in a quarter of the time in which a place becomes free, the
 * second in twice that, so that how often all of them ask together hardly depends on how many they are. A place that is free
 * belongs to those who stand first as long as they ask in time. Whoever has fewer than an even share goes before the line: what
 * ends is replaced at once by the process that had it, unless another has less than its share.
 */
export const PLACES = `
local function held(each)
  if each.held and each.held > 0 and each.leasedUntil > now then return each.held end
  return 0
end

-- What it says it has, not what it was given: an answer that never arrived takes no place.
local function hold(places)
  local freed = held(member) - places.held
  if freed > 0 then
    if state.freedAt then
      local each = (now - state.freedAt) / freed
      state.freedEachMs = 0.8 * (state.freedEachMs or each) + 0.2 * each
    end
    state.freedAt = now
  end
  member.held, member.leasedUntil = places.held, now + places.leaseMs
end

-- Who stands before it, and whether it may have a place now. Asks without side effects.
local function placeFor(places)
  local used, sharing, ahead, found = 0, 0, 0, false
  local counted = {}
  for process, each in pairs(state.members) do
    if held(each) > 0 then
      used, sharing = used + held(each), sharing + 1
      counted[process] = true
    end
  end
  for _, each in ipairs(state.line) do
    if each.till >= now then
      if each.process == wish.process then found = true elseif not found then ahead = ahead + 1 end
      if not counted[each.process] then sharing = sharing + 1 end
      counted[each.process] = true
    end
  end
  if not counted[wish.process] then sharing = sharing + 1 end
  local free = places.limit - used
  return free > ahead or (free > 0 and held(member) < math.floor(places.limit / sharing)), ahead
end

local function leaveLine(process)
  local line = {}
  for _, each in ipairs(state.line) do
    if each.till >= now and each.process ~= process then line[#line + 1] = each end
  end
  state.line = line
end

-- Takes its turn, or keeps it. In how many milliseconds to ask again.
local function stand(ahead)
  state.freedAt = state.freedAt or now
  local each = math.max(state.freedEachMs or 0, now - state.freedAt) / 4
  local askIn = math.min(1000, math.min(500, math.max(50, each)) * (ahead + 1))
  local own
  for _, other in ipairs(state.line) do if other.process == wish.process and other.till >= now then own = other end end
  if not own then
    leaveLine(wish.process)
    own = { process = wish.process }
    state.line[#state.line + 1] = own
  end
  own.till, own.called = now + askIn + 250, false
  return askIn
end

-- Calls those whose turn it is, each once. Who may not publish goes without.
local function call(places)
  local free = places.limit
  for _, each in pairs(state.members) do free = free - held(each) end
  for _, each in ipairs(state.line) do
    if free < 1 then return end
    if each.till >= now then
      free = free - 1
      if not each.called then redis.pcall('PUBLISH', KEYS[1] .. ':' .. each.process, '') end
      each.called = true
    end
  end
end
`
