import type { CallContext } from '../../kernel/call-context.ts'
import { checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import type { Endpoint } from '../../kernel/endpoint.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { mayRepeat } from '../../kernel/may-repeat.ts'
import { failure, type Outcome } from '../../kernel/outcome.ts'
import type { Next, Policy } from '../../kernel/policy.ts'
import { QUEUE_ORDERS } from '../../kernel/queue-order.ts'
import { RIVALS } from '../../kernel/rivals.ts'
import type { Verdict } from '../../kernel/verdict.ts'
import { TOO_LATE, WaitingLine } from '../../primitives/waiting-line.ts'
import { EndpointHealth } from './endpoint-health.ts'
import type { EndpointFailedOver, EndpointSelected } from './failover-events.ts'
import { FAILOVER_DEFAULTS, type FailoverOptions } from './failover-options.ts'
import { NoEndpointReadyError } from './no-endpoint-ready-error.ts'

interface Candidate {
  readonly endpoint: Endpoint
  readonly health: EndpointHealth
}

/** One call's way through the pool: one round, in which each endpoint is asked once at most. */
interface Trip {
  readonly next: Next<unknown>
  readonly tried: Set<Candidate>
  candidate: Candidate | undefined
  outcome: Promise<Outcome<unknown>> | undefined
}

/** Some gates cannot say when they have room again, and may get it unseen: an orphan ends, a circuit is closed by hand. */
const ASK_AGAIN_MS = 1000

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
  checkKnown('failover', options, ['endpoints', ...Object.keys(FAILOVER_DEFAULTS)])
  const { name, endpoints, order, queueLimit, queueOrder } = { ...FAILOVER_DEFAULTS, ...options }
  checkEndpoints(endpoints)
  checkOneOf('failover.order', order, ['ranked', 'ordered'])
  checkNumber('failover.queueLimit', queueLimit, { min: 0, integer: true, infinite: true })
  checkOneOf('failover.queueOrder', queueOrder, QUEUE_ORDERS)
  const pool: readonly Candidate[] = endpoints.map((endpoint) => ({ endpoint, health: new EndpointHealth() }))
  const names = endpoints.map((endpoint) => endpoint.name)

  /**
   * The best of those that could take the call now, or how long it is until one can. One whose recent answers took longer
   * than the call has left is out of the question: it would only take a place from a call that can be answered. One that
   * another branch of the call is asking is the last choice, and none after a failure: its answer is on the way already.
   */
  const choose = (trip: Trip, context: CallContext): { best?: Candidate; readyInMs: number } => {
    const now = context.call.clock.now()
    const before = context.endpoint
    const rivals = context.get(RIVALS)
    const exclusive = rivals?.exclusive === true || trip.tried.size > 0
    let best: Candidate | undefined
    let bestMs = Infinity
    let bestAsked = true
    let readyInMs = TOO_LATE
    for (const candidate of pool) {
      if (trip.tried.has(candidate) || context.remainingMs() < candidate.health.answerMs(now)) continue
      const asked = rivals?.ask(candidate.endpoint, context) === true
      if (asked && exclusive) continue
      context.endpoint = candidate.endpoint
      const ready = readyInMsOf(trip, context)
      readyInMs = readyInMs === TOO_LATE ? ready : Math.min(readyInMs, ready)
      if (ready > 0) continue
      const ms = order === 'ordered' ? 0 : candidate.health.expectedAnswerMs(now)
      if (best !== undefined && (asked === bestAsked ? ms >= bestMs : asked)) continue
      best = candidate
      bestMs = ms
      bestAsked = asked
    }
    context.endpoint = before
    return best === undefined ? { readyInMs } : { best, readyInMs: 0 }
  }

  /** Starts an attempt. In the same tick as the choice, so that the place it saw free is taken by this call. */
  const start = (trip: Trip, context: CallContext, candidate: Candidate): void => {
    const { endpoint, health } = candidate
    const { clock } = context.call
    trip.tried.add(candidate)
    trip.candidate = candidate
    context.endpoint = endpoint
    context.emit<EndpointSelected>({ type: 'endpoint.selected', policy: name })
    const end = health.begin(clock.now())
    trip.outcome = trip.next(context).then((outcome) => {
      end(outcome.verdict.kind, clock.now())
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

  const line = new WaitingLine({
    name,
    order: queueOrder,
    queueLimit,
    maxWaitMs: Infinity,
    pollMs: ASK_AGAIN_MS,
    tryEnter(context) {
      const trip = context.kept(policy) as Trip
      const { best, readyInMs } = choose(trip, context)
      if (best !== undefined) start(trip, context, best)
      return readyInMs
    },
  })

  const policy: Policy = {
    name,
    kind: 'failover',
    options: { name, endpoints: names, order, queueLimit, queueOrder },
    async execute<R>(next: Next<R>, context: CallContext): Promise<Outcome<R>> {
      const trip: Trip = { next, tried: new Set(), candidate: undefined, outcome: undefined }
      context.keep(policy, trip)
      const entering = line.enter(context)
      const answer = entering instanceof Promise ? await entering : entering
      if (answer !== 'entered') {
        const { reason, retryAfterMs } = answer
        if (reason === 'aborted') return aborted(context.reason)
        const refusal = new NoEndpointReadyError(name, names, reason, retryAfterMs, context.call.lastError)
        return failure(refusal, refusal.verdict)
      }
      for (;;) {
        const outcome = (await trip.outcome) as Outcome<R>
        const { verdict } = outcome
        if (verdict.kind === 'success' || context.aborted) return outcome
        if (!movesOn(verdict) || !mayRepeat(context, verdict)) return outcome
        const from = trip.candidate?.endpoint.name ?? ''
        const { best } = choose(trip, context)
        if (best === undefined) return outcome
        const to = best.endpoint.name
        context.emit<EndpointFailedOver>({
          type: 'endpoint.failed_over',
          policy: name,
          from,
          to,
          verdict: verdict.kind,
        })
        start(trip, context, best)
      }
    },
    readyInMs(next, context) {
      const { readyInMs } = choose({ next, tried: new Set(), candidate: undefined, outcome: undefined }, context)
      return line.readyInMs(readyInMs === TOO_LATE ? Infinity : readyInMs, context.call.clock.now())
    },
    snapshot: () => ({
      waiting: line.size,
      endpoints: Object.fromEntries(
        pool.map(({ endpoint, health }) => [
          endpoint.name,
          { inFlight: health.inFlight, answerMs: health.lastAnswerMs },
        ]),
      ),
    }),
    dispose: () => line.dispose(),
  }
  return policy
}

/** A gate that cannot be asked without an error is entered: there the error ends the call. */
const readyInMsOf = ({ next }: Trip, context: CallContext): number => {
  try {
    return next.readyInMs(context)
  } catch {
    return 0
  }
}

const checkEndpoints = (endpoints: readonly Endpoint[]): void => {
  if (!Array.isArray(endpoints) || endpoints.length === 0)
    throw new InvalidOptionsError('failover.endpoints', endpoints, 'a list of at least one endpoint')
  const seen = new Set<string>()
  for (const [i, endpoint] of endpoints.entries()) {
    const path = `failover.endpoints[${i}].name`
    if (typeof endpoint?.name !== 'string' || endpoint.name === '')
      throw new InvalidOptionsError(path, endpoint?.name, 'a name')
    if (seen.has(endpoint.name)) throw new InvalidOptionsError(path, endpoint.name, 'unique within the pool')
    seen.add(endpoint.name)
  }
}
