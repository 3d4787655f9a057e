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

/**
 * Keeps the pace within the provider's quota: calls wait for their permits in a fair line instead of running into 429.
 *
 * Never more than `permits` in any period, wherever the provider begins to count. When the provider throttles a call all
 * the same, everybody waits as long as it asked for.
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

  const tryEnter = (context: CallContext, partition: Partition): number => {
    const now = context.call.clock.now()
    const permits = cost(context)
    const ready = readyInMs(partition, permits, now)
    if (ready === 0) for (const quota of partition.quotas) quota.spend(now, permits)
    return ready
  }

  const answer = (context: CallContext, given: LineAnswer, key: string): undefined | RateLimitExceededError => {
    if (given === 'entered') return undefined
    const reason = given.reason === 'queue_full' ? 'queue_full' : 'waited_too_long'
    const wait = given.retryAfterMs === undefined ? {} : { retryAfterMs: given.retryAfterMs }
    if (given.reason !== 'aborted')
      context.emit<RateLimitRejected>({ type: 'rate_limit.rejected', policy: name, partition: key, reason, ...wait })
    return new RateLimitExceededError(name, key, reason, given.retryAfterMs)
  }

  return {
    name,
    options: resolved,
    enter(context) {
      const { key, line } = partitions.get(partitionKey(context))
      const given = line.enter(context)
      return given instanceof Promise ? given.then((late) => answer(context, late, key)) : answer(context, given, key)
    },
    leave(context, outcome) {
      const { kind, retryAfterMs } = outcome.verdict
      if (kind !== 'throttled' || retryAfterMs === undefined) return
      const partition = partitions.get(partitionKey(context))
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
      const ready = readyInMs(partition, cost(context), context.call.clock.now())
      return partition.line.size > 0 ? Math.max(ready, 1) : ready
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
