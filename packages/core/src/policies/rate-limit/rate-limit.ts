import type { CallContext } from '../../kernel/call-context.ts'
import { systemClock, type Clock } from '../../kernel/clock.ts'
import type { Gate } from '../../kernel/policy.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import { TOO_LATE, WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import { Allowance, type Spending } from './allowance.ts'
import { checkCosts, checkUsage, type Costs, unmade } from './costs.ts'
import type { RateLimitLearned, RateLimitPaused, RateLimitRejected } from './rate-limit-events.ts'
import { hearStore } from './hear-store.ts'
import { NotYetError, RateLimitExceededError } from './rate-limit-exceeded-error.ts'
import { checkRateLimit, type RateLimitOptions } from './rate-limit-options.ts'
import { readPastUse } from './past-use.ts'
import { readQuotas } from './read-quotas.ts'
import { SharedPermits } from './shared-permits.ts'
import type { SharedGrant } from './shared-quota-store.ts'

interface Partition {
  readonly key: string
  readonly allowance: Allowance
  readonly line: WaitingLine
  /** Set where others spend the same quotas. */
  readonly shared: SharedPermits | undefined
  /** What was asked for last. */
  asked: Costs
}

/** One call on its way: what it asks for, and what it got. */
interface Admission {
  readonly partition: Partition
  readonly costs: Costs
  /** How often the operation had run before. */
  readonly attemptsBefore: number
  spending: Spending | undefined
  /** The same in the store that others share. */
  grant: SharedGrant | undefined
  /** The store knows of a wait that nobody knew of when the endpoint was chosen. */
  notYet: boolean
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
  const resolved = checkRateLimit(options)
  const { name, quotas, cost, actualCost, learn, queueLimit, maxWaitMs, order, partitionKey, maxPartitions } = resolved
  const { store } = resolved
  const past = readPastUse(resolved.usedBefore)
  /** Of the pipeline that the last call came from. */
  let lastClock = systemClock
  const fixed = typeof quotas === 'function' ? undefined : readQuotas(quotas)

  const partitions = new LruMap<string, Partition>(
    maxPartitions,
    (key) => {
      const plans = fixed ?? readQuotas((quotas as Exclude<typeof quotas, readonly unknown[]>)(key))
      const allowance = new Allowance(plans, learn, store !== undefined)
      allowance.remember(past.get(key) ?? [], lastClock)
      const line = new WaitingLine({
        name,
        order,
        queueLimit,
        maxWaitMs,
        pollMs: plans.quotas.some(({ reset }) => reset !== undefined) ? LOOK_AT_CLOCK_MS : Infinity,
        tryEnter: (context) => tryEnter(context, partition),
      })
      const quota = store?.open(key, plans.quotas, plans.concurrency, () => shared?.freed())
      const shared = quota && new SharedPermits(quota, plans, hearStore(name, key, allowance, line))
      const partition: Partition = { key, allowance, line, shared, asked: 1 }
      return partition
    },
    ({ line, allowance }) => line.size === 0 && !allowance.running,
  )

  const costsOf = (context: CallContext): Costs => checkCosts('rateLimit.cost()', cost(context))

  const tryEnter = (context: CallContext, { allowance, line, shared }: Partition): number => {
    const admission = context.kept(gate) as Admission
    const { call } = context
    const ready = allowance.readyInMs(call.clock, admission.costs)
    if (ready > 0) {
      shared?.drop()
      return ready
    }
    if (shared !== undefined) {
      if (shared.refusing) return TOO_LATE
      const wait = shared.ask(context, admission.costs)
      if (wait !== Infinity && wait > Math.min(maxWaitMs, context.remainingMs())) return TOO_LATE
      // Who chose the endpoint could not know of that wait, and may have a better one.
      if (wait > 0 && context.endpoint !== undefined) {
        admission.notYet = true
        return TOO_LATE
      }
      if (wait !== 0) return wait
      admission.grant = shared.use()
    }
    admission.spending = allowance.spend(call.clock, admission.costs, line.size, call.random)
    return 0
  }

  const answer = (
    context: CallContext,
    given: LineAnswer,
    { key, shared }: Partition,
  ): undefined | RateLimitExceededError => {
    if (given === 'entered') return undefined
    const { clock, lastError } = context.call
    // Nobody sees the refusal of a call that is over: it ends with the reason of its abort.
    if (given.reason === 'aborted') return new RateLimitExceededError(name, key, 'waited_too_long')
    if ((context.kept(gate) as Admission).notYet)
      return new NotYetError(name, key, shared?.knownWaitMs(clock.now()), shared?.untilFreed)
    const lost = given.reason === 'waited_too_long' && shared?.refuses === true
    const reason = lost ? 'store_unavailable' : given.reason
    const retryAfterMs = given.retryAfterMs ?? (lost ? undefined : shared?.knownWaitMs(clock.now()))
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
    context.emit<RateLimitRejected>({ type: 'rate_limit.rejected', policy: name, partition: key, reason, ...wait })
    return new RateLimitExceededError(name, key, reason, retryAfterMs, lastError)
  }

  const gate: Gate = {
    name,
    kind: 'rateLimit',
    options: resolved,
    enter(context) {
      lastClock = context.call.clock
      const partition = partitions.get(partitionKey(context))
      const { line } = partition
      const admission: Admission = {
        partition,
        costs: costsOf(context),
        attemptsBefore: context.attempt,
        spending: undefined,
        grant: undefined,
        notYet: false,
        usage: undefined,
      }
      partition.asked = admission.costs
      context.keep(gate, admission)
      const given = line.enter(context)
      return given instanceof Promise
        ? given.then((late) => answer(context, late, partition))
        : answer(context, given, partition)
    },
    leave(context, outcome) {
      const { partition, spending, grant, attemptsBefore, usage } = context.kept(gate) as Admission
      const { allowance, key, line, shared } = partition
      if (spending === undefined) return
      if (context.attempt === attemptsBefore) {
        allowance.giveBack(spending)
        if (grant !== undefined) shared?.giveBack(grant)
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
        shared?.pause(retryAfterMs)
      }
      const used = actualCost?.(outcome, context) ?? usage ?? unmade(outcome.verdict)
      if (used === undefined) return
      allowance.settle(spending, checkUsage('rateLimit.actualCost()', used), clock)
      if (grant !== undefined) shared?.settle(grant, used)
      line.serve()
    },
    release(context) {
      const { partition, spending, grant } = context.kept(gate) as Admission
      const { allowance, line, shared } = partition
      if (spending === undefined) return
      allowance.ended()
      if (grant !== undefined) shared?.end(grant)
      if (allowance.running !== undefined) line.serve()
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
      const { clock } = context.call
      lastClock = clock
      const key = partitionKey(context)
      // Nobody has to wait for a partition that nobody has used.
      const partition = past.has(key) ? partitions.get(key) : partitions.peek(key)
      if (partition === undefined) return 0
      const now = clock.now()
      partition.asked = costsOf(context)
      return partition.line.readyInMs(readyInMsOf(partition, clock), now)
    },
    snapshot: () => ({
      partitions: Object.fromEntries(
        [...partitions.entries()].map(([key, { line, allowance, shared, asked }]) => [
          key,
          {
            waiting: line.size,
            readyInMs: readyInMsOf({ allowance, shared, asked }, lastClock),
            pausedUntil: allowance.pausedUntil,
            learnedLimit: allowance.learnedLimit,
            limits: allowance.usage(lastClock),
          },
        ]),
      ),
    }),
    dispose() {
      for (const { line, shared } of partitions.values()) {
        line.dispose()
        shared?.dispose()
      }
    },
  }
  return gate
}

/** Milliseconds until what was asked for last may be spent: 0 = now. */
const readyInMsOf = (
  { allowance, shared, asked }: Pick<Partition, 'allowance' | 'shared' | 'asked'>,
  clock: Clock,
): number => Math.max(allowance.readyInMs(clock, asked), shared?.readyInMs(clock.now()) ?? 0)
