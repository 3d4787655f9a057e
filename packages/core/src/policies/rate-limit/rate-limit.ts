import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Gate } from '../../kernel/policy.ts'
import { QUEUE_ORDERS } from '../../kernel/queue-order.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import { SlidingQuota } from '../../primitives/sliding-quota.ts'
import { WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import type { RateLimitPaused, RateLimitRejected } from './rate-limit-events.ts'
import { RateLimitExceededError } from './rate-limit-exceeded-error.ts'
import { RATE_LIMIT_DEFAULTS, type Quota, type RateLimitOptions } from './rate-limit-options.ts'

interface Partition {
  readonly key: string
  readonly quotas: readonly SlidingQuota[]
  readonly line: WaitingLine
  /** Until when the provider asked everybody to wait. */
  pausedUntil: number
}

/** What one call asked for and got: what it was refused further in is given back. */
interface Spending {
  readonly partition: Partition
  readonly permits: number
  at: number
  /** How often the operation had run before. */
  readonly attemptsBefore: number
}

/**
 * Keeps the pace within the provider's quota: calls wait for their permits in a fair line instead of running into 429.
 *
 * Never more than `permits` in any period, wherever the provider begins to count. When the provider throttles a call all
 * the same, everybody waits as long as it asked for. A call that is refused or ends before its request was made gives its
 * permits back.
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
  checkKnown('rateLimit', options, Object.keys(RATE_LIMIT_DEFAULTS))
  const resolved = { ...RATE_LIMIT_DEFAULTS, ...options }
  const { name, quotas, cost, queueLimit, maxWaitMs, order, partitionKey, maxPartitions } = resolved
  checkFunction('rateLimit.cost', cost)
  checkFunction('rateLimit.partitionKey', partitionKey)
  checkNumber('rateLimit.queueLimit', queueLimit, { min: 0, integer: true, infinite: true })
  checkDuration('rateLimit.maxWaitMs', maxWaitMs, { infinite: true })
  checkOneOf('rateLimit.order', order, QUEUE_ORDERS)
  checkNumber('rateLimit.maxPartitions', maxPartitions, { min: 1, integer: true })
  const quotasOf = typeof quotas === 'function' ? quotas : fixed(checkQuotas(quotas))

  const partitions = new LruMap<string, Partition>(
    maxPartitions,
    (key) => {
      const partition: Partition = {
        key,
        quotas: checkQuotas(quotasOf(key)).map(({ permits, periodMs = 60_000 }) => new SlidingQuota(permits, periodMs)),
        pausedUntil: 0,
        line: new WaitingLine({
          name,
          order,
          queueLimit,
          maxWaitMs,
          tryEnter: (context) => tryEnter(context, partition),
        }),
      }
      return partition
    },
    ({ line }) => line.size === 0,
  )

  const readyInMs = (partition: Partition, permits: number, now: number): number => {
    let ready = Math.max(0, partition.pausedUntil - now)
    for (const quota of partition.quotas) ready = Math.max(ready, quota.readyInMs(now, permits))
    return ready
  }

  const costOf = (context: CallContext): number => checkNumber('rateLimit.cost()', cost(context), { min: 0 })

  const tryEnter = (context: CallContext, partition: Partition): number => {
    const spending = context.kept(gate) as Spending
    const { permits } = spending
    const now = context.call.clock.now()
    const ready = readyInMs(partition, permits, now)
    if (ready > 0) return ready
    spending.at = now
    for (const quota of partition.quotas) quota.spend(now, permits)
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
      const partition = partitions.get(partitionKey(context))
      const { key, line } = partition
      const spending: Spending = { partition, permits: costOf(context), at: 0, attemptsBefore: context.attempt }
      context.keep(gate, spending)
      const given = line.enter(context)
      return given instanceof Promise ? given.then((late) => answer(context, late, key)) : answer(context, given, key)
    },
    leave(context, outcome) {
      const { partition, permits, at, attemptsBefore } = context.kept(gate) as Spending
      const { kind, retryAfterMs } = outcome.verdict
      if (context.attempt === attemptsBefore) {
        for (const quota of partition.quotas) quota.giveBack(at, permits)
        return partition.line.serve()
      }
      if (kind !== 'throttled' || retryAfterMs === undefined) return
      const until = context.call.clock.now() + retryAfterMs
      if (until <= partition.pausedUntil) return
      partition.pausedUntil = until
      context.emit<RateLimitPaused>({
        type: 'rate_limit.paused',
        policy: name,
        partition: partition.key,
        pauseMs: retryAfterMs,
      })
    },
    readyInMs(context) {
      const partition = partitions.peek(partitionKey(context))
      if (partition === undefined) return 0
      const now = context.call.clock.now()
      return partition.line.readyInMs(readyInMs(partition, costOf(context), now), now)
    },
    snapshot: () => ({
      partitions: Object.fromEntries(
        [...partitions.entries()].map(([key, { line, pausedUntil }]) => [key, { waiting: line.size, pausedUntil }]),
      ),
    }),
    dispose() {
      for (const { line } of partitions.values()) line.dispose()
    },
  }
  return gate
}

const fixed = (quotas: readonly Quota[]) => (): readonly Quota[] => quotas

const checkQuotas = (quotas: readonly Quota[]): readonly Quota[] => {
  if (!Array.isArray(quotas)) throw new InvalidOptionsError('rateLimit.quotas', quotas, 'a list of quotas')
  for (const [i, quota] of quotas.entries()) {
    checkKnown(`rateLimit.quotas[${i}]`, quota, ['permits', 'periodMs'])
    checkNumber(`rateLimit.quotas[${i}].permits`, quota.permits, { min: Number.MIN_VALUE })
    checkDuration(`rateLimit.quotas[${i}].periodMs`, quota.periodMs ?? 60_000, { min: Number.MIN_VALUE })
  }
  return quotas
}
