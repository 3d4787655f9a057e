import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import type { Clock } from '../../kernel/clock.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Gate } from '../../kernel/policy.ts'
import { QUEUE_ORDERS } from '../../kernel/queue-order.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import { WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import { Allowance, type Spending } from './allowance.ts'
import { checkCosts, checkUsage, type Costs } from './costs.ts'
import type { RateLimitLearned, RateLimitPaused, RateLimitRejected } from './rate-limit-events.ts'
import { RateLimitExceededError } from './rate-limit-exceeded-error.ts'
import { RATE_LIMIT_DEFAULTS, type Quota, type RateLimitOptions } from './rate-limit-options.ts'
import { readQuotas } from './read-quotas.ts'

interface Partition {
  readonly key: string
  readonly allowance: Allowance
  readonly line: WaitingLine
}

/** One call on its way: what it asks for, and what it got. */
interface Admission {
  readonly partition: Partition
  readonly costs: Costs
  /** How often the operation had run before. */
  readonly attemptsBefore: number
  spending: Spending | undefined
  /** What the adapter said was used. */
  usage: Readonly<Record<string, number>> | undefined
}

/** A line beside a calendar looks up now and then: wall clocks are set. */
const LOOK_AT_CLOCK_MS = 60_000

/**
 * Keeps the pace within the provider's quota: calls wait for their permits in a fair line instead of running into 429.
 *
 * Never more than `permits` in any period, wherever the provider begins to count. When the provider throttles a call all
 * the same, everybody waits as long as it asked for, and where no quota of requests is given, its limit is learned. A call
 * that is refused or ends before its request was made gives its permits back; what an attempt used beyond its estimate is
 * owed.
 *
 * ```ts
 * import { pipeline, rateLimit } from '@spillway/core'
 *
 * const calls = pipeline([rateLimit({ quotas: [{ permits: 10, periodMs: 60_000 }] })])
 * console.log(await calls.execute(async () => 'within the quota')) // => within the quota
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const rateLimit = (options: RateLimitOptions = {}): Gate => {
  checkKnown('rateLimit', options, [...Object.keys(RATE_LIMIT_DEFAULTS), 'actualCost'])
  const resolved = { ...RATE_LIMIT_DEFAULTS, ...options }
  const { name, quotas, cost, actualCost, learn, queueLimit, maxWaitMs, order, partitionKey, maxPartitions } = resolved
  checkFunction('rateLimit.cost', cost)
  checkFunction('rateLimit.actualCost', actualCost, true)
  if (typeof learn !== 'boolean') throw new InvalidOptionsError('rateLimit.learn', learn, 'true or false')
  checkFunction('rateLimit.partitionKey', partitionKey)
  checkNumber('rateLimit.queueLimit', queueLimit, { min: 0, integer: true, infinite: true })
  checkDuration('rateLimit.maxWaitMs', maxWaitMs, { infinite: true })
  checkOneOf('rateLimit.order', order, QUEUE_ORDERS)
  checkNumber('rateLimit.maxPartitions', maxPartitions, { min: 1, integer: true })
  /** Of the pipeline that the last call came from. */
  let lastClock: Clock | undefined
  const fixed = typeof quotas === 'function' ? undefined : readQuotas(quotas)

  const partitions = new LruMap<string, Partition>(
    maxPartitions,
    (key) => {
      const plans = fixed ?? readQuotas((quotas as (partition: string) => readonly Quota[])(key))
      const partition: Partition = {
        key,
        allowance: new Allowance(plans, learn),
        line: new WaitingLine({
          name,
          order,
          queueLimit,
          maxWaitMs,
          pollMs: plans.some(({ reset }) => reset !== undefined) ? LOOK_AT_CLOCK_MS : Infinity,
          tryEnter: (context) => tryEnter(context, partition),
        }),
      }
      return partition
    },
    ({ line }) => line.size === 0,
  )

  const costsOf = (context: CallContext): Costs => checkCosts('rateLimit.cost()', cost(context))

  const tryEnter = (context: CallContext, { allowance, line }: Partition): number => {
    const admission = context.kept(gate) as Admission
    const { call } = context
    const ready = allowance.readyInMs(call.clock, admission.costs)
    if (ready > 0) return ready
    admission.spending = allowance.spend(call.clock, admission.costs, line.size, call.random)
    return 0
  }

  const answer = (context: CallContext, given: LineAnswer, partition: string): undefined | RateLimitExceededError => {
    if (given === 'entered') return undefined
    const { reason, retryAfterMs } = given
    const { lastError } = context.call
    // Nobody sees the refusal of a call that is over: it ends with the reason of its abort.
    if (reason === 'aborted') return new RateLimitExceededError(name, partition, 'waited_too_long')
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    context.emit<RateLimitRejected>({ type: 'rate_limit.rejected', policy: name, partition, reason, ...wait })
    return new RateLimitExceededError(name, partition, reason, retryAfterMs, lastError)
  }

  const gate: Gate = {
    name,
    kind: 'rateLimit',
    options: resolved,
    enter(context) {
      lastClock = context.call.clock
      const partition = partitions.get(partitionKey(context))
      const { key, line } = partition
      const admission: Admission = {
        partition,
        costs: costsOf(context),
        attemptsBefore: context.attempt,
        spending: undefined,
        usage: undefined,
      }
      context.keep(gate, admission)
      const given = line.enter(context)
      return given instanceof Promise ? given.then((late) => answer(context, late, key)) : answer(context, given, key)
    },
    leave(context, outcome) {
      const { partition, spending, attemptsBefore, usage } = context.kept(gate) as Admission
      const { allowance, key, line } = partition
      if (spending === undefined) return
      if (context.attempt === attemptsBefore) {
        allowance.giveBack(spending)
        return line.serve()
      }
      const { clock, random } = context.call
      const { kind, retryAfterMs } = outcome.verdict
      if (kind === 'throttled' && retryAfterMs !== undefined) {
        const before = allowance.learnedLimit
        const paused = allowance.throttled(spending, retryAfterMs, clock.now(), line.size, random)
        const permits = allowance.learnedLimit
        const event = { policy: name, partition: key }
        if (permits !== undefined && permits !== before)
          context.emit<RateLimitLearned>({ type: 'rate_limit.learned', ...event, permits })
        if (paused) context.emit<RateLimitPaused>({ type: 'rate_limit.paused', ...event, pauseMs: retryAfterMs })
      }
      const used = actualCost?.(outcome, context) ?? usage
      if (used === undefined) return
      allowance.settle(spending, checkUsage('rateLimit.actualCost()', used), clock)
      line.serve()
    },
    providerSaid(context, { limits, usage }) {
      const admission = context.kept(gate) as Admission
      const { partition, spending } = admission
      if (usage !== undefined) admission.usage = usage
      if (limits === undefined || spending === undefined) return
      const now = context.call.clock.now()
      for (const limit of limits) partition.allowance.heard(spending, limit, now)
    },
    readyInMs(context) {
      const partition = partitions.peek(partitionKey(context))
      if (partition === undefined) return 0
      const { clock } = context.call
      return partition.line.readyInMs(partition.allowance.readyInMs(clock, costsOf(context)), clock.now())
    },
    snapshot: () => ({
      partitions: Object.fromEntries(
        [...partitions.entries()].map(([key, { line, allowance }]) => [
          key,
          {
            waiting: line.size,
            pausedUntil: allowance.pausedUntil,
            learnedLimit: allowance.learnedLimit,
            limits: lastClock === undefined ? [] : allowance.usage(lastClock),
          },
        ]),
      ),
    }),
    dispose() {
      for (const { line } of partitions.values()) line.dispose()
    },
  }
  return gate
}
