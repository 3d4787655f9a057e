import type { CallContext } from '../../kernel/call-context.ts'
import { RIVALS } from '../../kernel/rivals.ts'
import { TOO_LATE } from '../../primitives/waiting-line.ts'
import type { EndpointOrder } from './failover-options.ts'
import type { PoolMember } from './pool-member.ts'

/** What one call asks of the pool: one round, in which each endpoint is asked once at most. */
export interface Round {
  /** Those that may serve it at all. */
  readonly eligible: readonly PoolMember[]
  readonly tried: ReadonlySet<PoolMember>
  /** Where its like went before. */
  readonly favorite: PoolMember | undefined
  /** Milliseconds until what is inside would admit it at `context.endpoint`. */
  readonly readyInMs: (context: CallContext) => number
}

/** A choice: the best that could take the call now, or how long it is until one can. */
export interface Choice {
  readonly best?: PoolMember
  readonly readyInMs: number
}

/** Beyond so many, two drawn at random are compared instead of all: nearly as good, and the cost of asking stays the same. */
const LARGE_POOL = 8

/**
 * The best of those that could take the call now, or how long it is until one can.
 *
 * One whose recent answers took longer than the call has left is out of the question: it would only take a place from a
 * call that can be answered. One that another branch of the call is asking is the last choice, and none after a failure:
 * its answer is on the way already. What is ejected is asked only where all that may serve the call are.
 */
export const choose = (round: Round, order: EndpointOrder, context: CallContext): Choice => {
  const before = context.endpoint
  const now = context.call.clock.now()
  const { eligible, tried } = round
  const panic = eligible.every((member) => member.ejected(now))
  const open = (member: PoolMember): boolean =>
    !tried.has(member) && (panic || !member.ejected(now)) && context.remainingMs() >= member.health.slowAnswerMs(now)
  try {
    const drawn = order === 'ranked' && eligible.length > LARGE_POOL ? drawTwo(round, open, context, now) : undefined
    return drawn ?? chooseAmong(round, order, open, context, now)
  } finally {
    context.endpoint = before
  }
}

const readyInMsAt = (member: PoolMember, { readyInMs }: Round, context: CallContext, now: number): number => {
  context.endpoint = member.endpoint
  return Math.max(member.closedUntil - now, readyInMs(context))
}

const chooseAmong = (
  round: Round,
  order: EndpointOrder,
  open: (member: PoolMember) => boolean,
  context: CallContext,
  now: number,
): Choice => {
  const rivals = context.get(RIVALS)
  const exclusive = rivals?.exclusive === true || round.tried.size > 0
  let best: PoolMember | undefined
  let bestScore = Infinity
  let bestAsked = true
  let readyInMs = TOO_LATE
  for (const member of round.eligible) {
    if (!open(member)) continue
    const asked = rivals?.ask(member.endpoint, context) === true
    if (asked && exclusive) continue
    const ready = readyInMsAt(member, round, context, now)
    readyInMs = readyInMs === TOO_LATE ? ready : Math.min(readyInMs, ready)
    if (ready > 0) continue
    const score = scoreOf(member, round, order, context, now)
    if (best !== undefined && !isBetter(asked, member.level, score, bestAsked, best.level, bestScore)) continue
    best = member
    bestScore = score
    bestAsked = asked
  }
  return best === undefined ? { readyInMs } : { best, readyInMs: 0 }
}

/** Not asked already, then the lower level, then the lower score; the earlier in the list among equals. */
const isBetter = (
  asked: boolean,
  level: number,
  score: number,
  bestAsked: boolean,
  bestLevel: number,
  bestScore: number,
): boolean => {
  if (asked !== bestAsked) return !asked
  return level === bestLevel ? score < bestScore : level < bestLevel
}

/** The lower, the better. */
const scoreOf = (member: PoolMember, round: Round, order: EndpointOrder, context: CallContext, now: number): number => {
  if (member === round.favorite) return -1
  if (order === 'ordered') return 0
  if (order === 'ranked') return member.health.expectedAnswerMs(now)
  // The first to ring of independent alarms, each with its weight for a rate: every one wins its share.
  return member.weight === 0 ? Number.MAX_VALUE : -Math.log(1 - context.call.random()) / member.weight
}

/** The better of two drawn at random, where both could take the call now and neither is out of turn. */
const drawTwo = (
  round: Round,
  open: (member: PoolMember) => boolean,
  context: CallContext,
  now: number,
): Choice | undefined => {
  const { eligible, favorite } = round
  if (favorite !== undefined || context.get(RIVALS) !== undefined) return undefined
  const { random } = context.call
  const lowest = Math.min(...eligible.map(({ level }) => level))
  const i = Math.floor(random() * eligible.length)
  const j = (i + 1 + Math.floor(random() * (eligible.length - 1))) % eligible.length
  const two = [eligible[i] as PoolMember, eligible[j] as PoolMember]
  for (const member of two)
    if (member.level !== lowest || !open(member) || readyInMsAt(member, round, context, now) > 0) return undefined
  const [first, second] = two as [PoolMember, PoolMember]
  const best = second.health.expectedAnswerMs(now) < first.health.expectedAnswerMs(now) ? second : first
  return { best, readyInMs: 0 }
}
