import type { CallContext } from '../../kernel/call-context.ts'
import type { Endpoint } from '../../kernel/endpoint.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { mayRepeat } from '../../kernel/may-repeat.ts'
import { failure, type Failure, type Outcome } from '../../kernel/outcome.ts'
import type { Next, Policy } from '../../kernel/policy.ts'
import type { Verdict } from '../../kernel/verdict.ts'
import { TOO_LATE, WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import { choose, type Round } from './choose.ts'
import { createEjection } from './ejection.ts'
import { eligibleFor } from './eligible.ts'
import type { EndpointEjected, EndpointFailedOver, EndpointRecovered, EndpointSelected } from './failover-events.ts'
import { checkFailover, type FailoverOptions } from './failover-options.ts'
import { Favorites } from './favorites.ts'
import { NoEndpointReadyError } from './no-endpoint-ready-error.ts'
import { PoolMember } from './pool-member.ts'

/** One call's way through the pool. */
interface Trip extends Round {
  readonly next: Next<unknown>
  readonly tried: Set<PoolMember>
  readonly stickyKey: string | undefined
  member: PoolMember | undefined
  outcome: Promise<Outcome<unknown>> | undefined
  /** How long it would have had to wait, which is longer than it may. */
  waitMs: number | undefined
}

/** Some gates cannot say when they have room again, and may get it unseen: an orphan ends, a circuit is closed by hand. */
const ASK_AGAIN_MS = 1000

/** A spent balance names no time at which it is back: whoever shares it finds out from one of them, and from it alone. */
const SPENT_FOR_MS = 60_000

/** Whether another endpoint may do what this one did not. A refusal counts when it is the endpoint's own. */
const movesOn = ({ kind, scope }: Verdict): boolean =>
  kind === 'overloaded' ||
  kind === 'throttled' ||
  kind === 'quota_exhausted' ||
  kind === 'transient' ||
  kind === 'endpoint_failed' ||
  kind === 'empty' ||
  (kind === 'rejected' && scope === 'endpoint')

/**
 * Sends each attempt to the endpoint that is expected to answer first, and to the next one when that fails.
 *
 * It asks the gates inside when each endpoint could take the call, adds what recent attempts have shown, and never lets
 * a call stand in the line of one endpoint while another can take it. While none can, calls wait here, nearest deadline
 * first. After every endpoint that could take it has failed a call once, the failure goes up to whoever retries.
 *
 * ```ts
 * import { failover, pipeline } from '@spillway/core'
 *
 * const calls = pipeline([failover({ endpoints: [{ name: 'official' }, { name: 'relay' }] })])
 * const answer = await calls.execute(async ({ endpoint }) => {
 *   if (endpoint?.name === 'official') throw new Error('overloaded')
 *   return `answered by the ${endpoint?.name}`
 * })
 * console.log(answer) // => answered by the relay
 * ```
 *
 * @throws InvalidOptionsError when there is no endpoint, two share a name, or an option is out of its range
 */
export const failover = <E extends Endpoint>(options: FailoverOptions<E>): Policy => {
  const resolved = checkFailover(options)
  const { name, endpoints, order, mayServe, maxCost, stickyKey, ejectForMs, maxEjectedRatio } = resolved
  const { queueLimit, maxKnownWaitMs, queueOrder } = resolved
  const pool: readonly PoolMember[] = endpoints.map((endpoint) => new PoolMember(endpoint))
  const names = endpoints.map((endpoint) => endpoint.name)
  const ejection = createEjection(pool, ejectForMs, maxEjectedRatio)
  const favorites = new Favorites(stickyKey)

  const tripOf = (next: Next<unknown>, context: CallContext): Trip => {
    const key = favorites.keyOf(context)
    return {
      next,
      eligible: eligibleFor(
        pool,
        mayServe as ((endpoint: Endpoint, context: CallContext) => boolean) | undefined,
        maxCost,
        context,
      ),
      tried: new Set(),
      favorite: favorites.of(key),
      stickyKey: key,
      readyInMs: (at) => readyInMsOf(next, at),
      member: undefined,
      outcome: undefined,
      waitMs: undefined,
    }
  }

  /** What an outcome says about its endpoint and those who share what is to blame. */
  const learn = (member: PoolMember, verdict: Verdict, trip: Trip, context: CallContext): void => {
    const now = context.call.clock.now()
    const { kind, scope, retryAfterMs } = verdict
    if (kind === 'success') {
      favorites.remember(trip.stickyKey, member)
      if (member.unproven && !member.ejected(now)) {
        member.unproven = false
        context.emit<EndpointRecovered>({ type: 'endpoint.recovered', policy: name })
      }
    }
    if (scope !== undefined && movesOn(verdict))
      for (const other of pool) {
        if (!member.shares(verdict, other)) continue
        trip.tried.add(other)
        // Its own gates deal with the one that was asked.
        const spentForMs = kind === 'quota_exhausted' && other !== member ? SPENT_FOR_MS : undefined
        const closedForMs = retryAfterMs ?? spentForMs
        if (closedForMs !== undefined) other.closedUntil = Math.max(other.closedUntil, now + closedForMs)
      }
    for (const ejected of ejection.heard(member, verdict, now)) {
      context.endpoint = ejected.endpoint
      const ejectedMs = ejected.ejectedUntil - now
      context.emit<EndpointEjected>({ type: 'endpoint.ejected', policy: name, verdict: kind, ejectedMs })
      context.endpoint = member.endpoint
    }
  }

  /** Starts an attempt. In the same tick as the choice, so that the place it saw free is taken by this call. */
  const start = (trip: Trip, context: CallContext, member: PoolMember): void => {
    const { endpoint, health } = member
    const { clock } = context.call
    trip.tried.add(member)
    trip.member = member
    context.endpoint = endpoint
    context.emit<EndpointSelected>({ type: 'endpoint.selected', policy: name })
    const end = health.begin(clock.now())
    trip.outcome = trip.next(context).then((outcome) => {
      end(outcome.verdict.kind, clock.now())
      learn(member, outcome.verdict, trip, context)
      // Whatever ended may have made room: at once, or when its body has been read.
      if (outcome.body === undefined) line.serve()
      else
        outcome.body.onEnd((last) => {
          if (!last.ok) health.broke(last.verdict.kind, clock.now())
          queueMicrotask(() => line.serve())
        })
      return outcome
    })
  }

  const refuse = (
    context: CallContext,
    reason: NoEndpointReadyError['reason'],
    retryAfterMs: number | undefined,
  ): Failure => {
    const refusal = new NoEndpointReadyError(name, names, reason, retryAfterMs, context.call.lastError)
    return failure(refusal, refusal.verdict)
  }

  const refusalOf = (answer: LineAnswer, context: CallContext): Failure | undefined => {
    if (answer === 'entered') return undefined
    const { reason, retryAfterMs = (context.kept(policy) as Trip).waitMs } = answer
    return reason === 'aborted' ? aborted(context.reason) : refuse(context, reason, retryAfterMs)
  }

  const line = new WaitingLine({
    name,
    order: queueOrder,
    queueLimit,
    maxWaitMs: Infinity,
    pollMs: ASK_AGAIN_MS,
    tryEnter(context) {
      const trip = context.kept(policy) as Trip
      const { best, readyInMs } = choose(trip, order, context)
      if (best !== undefined) start(trip, context, best)
      // What nobody can foretell is waited for.
      if (readyInMs === Infinity || readyInMs <= maxKnownWaitMs) return readyInMs
      trip.waitMs = readyInMs
      return TOO_LATE
    },
  })

  const policy: Policy = {
    name,
    kind: 'failover',
    options: { ...resolved, endpoints: names },
    async execute<R>(next: Next<R>, context: CallContext): Promise<Outcome<R>> {
      const trip = tripOf(next, context)
      if (trip.eligible.length === 0) return refuse(context, 'not_allowed', undefined)
      context.keep(policy, trip)
      const entering = line.enter(context)
      const refusal = refusalOf(entering instanceof Promise ? await entering : entering, context)
      if (refusal !== undefined) return refusal
      for (;;) {
        const outcome = (await trip.outcome) as Outcome<R>
        const { notYet } = outcome.verdict
        if (notYet !== undefined && trip.member !== undefined && !context.aborted) {
          trip.tried.delete(trip.member)
          if (notYet !== true) void notYet.then(() => line.serve())
          const late = refusalOf(await line.enter(context), context)
          if (late !== undefined) return late
          continue
        }
        if (outcome.verdict.kind === 'success' || context.aborted || !movesOn(outcome.verdict)) return outcome
        if (!mayRepeat(context, outcome.verdict)) return outcome
        const from = trip.member?.endpoint.name ?? ''
        const { best } = choose(trip, order, context)
        if (best === undefined) return outcome
        const to = best.endpoint.name
        const verdict = outcome.verdict.kind
        context.emit<EndpointFailedOver>({ type: 'endpoint.failed_over', policy: name, from, to, verdict })
        start(trip, context, best)
      }
    },
    readyInMs(next, context) {
      // In list order: chance is for calls, not for questions.
      const { readyInMs } = choose(tripOf(next, context), 'ordered', context)
      return line.readyInMs(readyInMs === TOO_LATE ? Infinity : readyInMs, context.call.clock.now())
    },
    snapshot: () => ({
      waiting: line.size,
      endpoints: Object.fromEntries(pool.map((member) => [member.endpoint.name, member.snapshot()])),
    }),
    dispose: () => line.dispose(),
  }
  return policy
}

/** A gate that cannot be asked without an error is entered: there the error ends the call. */
const readyInMsOf = (next: Next<unknown>, context: CallContext): number => {
  try {
    return next.readyInMs(context)
  } catch {
    return 0
  }
}
