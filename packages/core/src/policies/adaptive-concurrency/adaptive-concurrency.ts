import type { CallContext } from '../../kernel/call-context.ts'
import {
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkOneOf,
  checkRatio,
} from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Gate } from '../../kernel/policy.ts'
import { QUEUE_ORDERS } from '../../kernel/queue-order.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import { WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import type { ConcurrencyRejected, LimitChanged } from './adaptive-concurrency-events.ts'
import { ADAPTIVE_CONCURRENCY_DEFAULTS, type AdaptiveConcurrencyOptions } from './adaptive-concurrency-options.ts'
import { ConcurrencyLimitExceededError } from './concurrency-limit-exceeded-error.ts'
import type { Limit } from './limit.ts'
import { Places, type Place } from './places.ts'

interface Partition {
  readonly key: string
  readonly places: Places
  readonly line: WaitingLine
}

/** One attempt in its place. */
interface Admission {
  readonly partition: Partition
  /** How often the operation had run before: what a gate further in refused was no attempt. */
  readonly attemptsBefore: number
  place: Place | undefined
  contentAt: number | undefined
}

/** What the provider works on makes room unseen, by being worked on for long enough. */
const ASK_AGAIN_MS = 1000

/**
 * Bounds how many attempts an endpoint has at once by a limit that learns from its answers: refusals lower it, answers
 * raise it. While most attempts are refused they also keep a pace. The others wait in a line, nearest deadline first.
 *
 * What the caller ended, what is the request's own fault and what is no matter of capacity teaches nothing. A place
 * stands for work: an abandoned attempt keeps it until it has really ended. Who aborts leaves the line in the same tick.
 *
 * ```ts
 * import { adaptiveConcurrency, failover, pipeline, retry } from '@spillway/core'
 *
 * const calls = pipeline([retry(), failover({ endpoints: [{ name: 'official' }] }), adaptiveConcurrency()])
 * console.log(await calls.execute(async ({ endpoint }) => endpoint?.name)) // => official
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const adaptiveConcurrency = (options: AdaptiveConcurrencyOptions = {}): Gate => {
  checkKnown('adaptiveConcurrency', options, ['latencyOf', ...Object.keys(ADAPTIVE_CONCURRENCY_DEFAULTS)])
  const resolved = { ...ADAPTIVE_CONCURRENCY_DEFAULTS, ...options }
  const { name, limit, paceMs, paceAboveRatio, queueLimit, maxWaitMs, order, partitionKey, maxPartitions } = resolved
  const { latencyOf } = options
  checkFunction('adaptiveConcurrency.limit', limit)
  checkFunction('adaptiveConcurrency.latencyOf', latencyOf, true)
  checkLimit(limit())
  checkDuration('adaptiveConcurrency.paceMs', paceMs)
  checkRatio('adaptiveConcurrency.paceAboveRatio', paceAboveRatio)
  checkFunction('adaptiveConcurrency.partitionKey', partitionKey)
  checkNumber('adaptiveConcurrency.queueLimit', queueLimit, { min: 0, integer: true, infinite: true })
  checkDuration('adaptiveConcurrency.maxWaitMs', maxWaitMs, { infinite: true })
  checkOneOf('adaptiveConcurrency.order', order, QUEUE_ORDERS)
  checkNumber('adaptiveConcurrency.maxPartitions', maxPartitions, { min: 1, integer: true })

  const partitions = new LruMap<string, Partition>(
    maxPartitions,
    (key) => {
      const places = new Places(checkLimit(limit()), paceMs, paceAboveRatio)
      const line = new WaitingLine({
        name,
        order,
        queueLimit,
        maxWaitMs,
        pollMs: ASK_AGAIN_MS,
        tryEnter(context) {
          const now = context.call.clock.now()
          const ready = places.readyInMs(now)
          if (ready === 0) (context.kept(gate) as Admission).place = places.take(now, context.call.random)
          return ready
        },
      })
      return { key, places, line }
    },
    ({ places, line }) => places.inFlight === 0 && line.size === 0,
  )

  const answer = (
    context: CallContext,
    given: LineAnswer,
    { key, places }: Partition,
  ): undefined | ConcurrencyLimitExceededError => {
    if (given === 'entered') return undefined
    const { reason, retryAfterMs } = given
    // Nobody sees the refusal of a call that is over: it ends with the reason of its abort.
    if (reason === 'aborted')
      return new ConcurrencyLimitExceededError(name, key, 'waited_too_long', places.limit, queueLimit)
    context.emit<ConcurrencyRejected>({ type: 'concurrency.rejected', policy: name, partition: key, reason })
    const cause = context.call.lastError
    return new ConcurrencyLimitExceededError(name, key, reason, places.limit, queueLimit, { retryAfterMs, cause })
  }

  const gate: Gate = {
    name,
    kind: 'adaptiveConcurrency',
    options: resolved,
    enter(context) {
      const partition = partitions.get(partitionKey(context))
      const admission: Admission = {
        partition,
        attemptsBefore: context.attempt,
        place: undefined,
        contentAt: undefined,
      }
      context.keep(gate, admission)
      const given = partition.line.enter(context)
      return given instanceof Promise
        ? given.then((late) => answer(context, late, partition))
        : answer(context, given, partition)
    },
    progress(context, progress) {
      const admission = context.kept(gate) as Admission
      if (progress === 'content') admission.contentAt ??= context.call.clock.now()
    },
    leave(context, outcome) {
      const { partition, attemptsBefore, contentAt } = context.kept(gate) as Admission
      if (context.attempt === attemptsBefore) return
      const { key, places, line } = partition
      const { startedAt, endedAt: now } = context
      const { kind } = outcome.verdict
      const from = places.limit
      const tookMs = (contentAt ?? now) - startedAt
      const latencyMs = outcome.ok && latencyOf !== undefined ? latencyOf(outcome, tookMs, context) : tookMs
      places.learn(kind, startedAt, latencyMs, now)
      const to = places.limit
      if (to === from) return
      context.emit<LimitChanged>({ type: 'limit.changed', policy: name, partition: key, from, to, reason: kind })
      line.serve()
    },
    release(context) {
      const { partition, place } = context.kept(gate) as Admission
      const { places, line } = partition
      if (place !== undefined) places.free(place)
      line.serve()
    },
    readyInMs(context) {
      const partition = partitions.peek(partitionKey(context))
      if (partition === undefined) return 0
      const now = context.call.clock.now()
      return partition.line.readyInMs(partition.places.readyInMs(now), now)
    },
    snapshot: () => ({
      partitions: Object.fromEntries(
        [...partitions.entries()].map(([key, { places, line }]) => [
          key,
          { limit: places.limit, inFlight: places.inFlight, waiting: line.size },
        ]),
      ),
    }),
    dispose() {
      for (const { line } of partitions.values()) line.dispose()
    },
  }
  return gate
}

const checkLimit = (made: Limit): Limit => {
  if (typeof made?.sample === 'function' && made.current >= 1) return made
  throw new InvalidOptionsError(
    'adaptiveConcurrency.limit()',
    made,
    'a limit: an object with sample() and a current of at least 1',
  )
}
