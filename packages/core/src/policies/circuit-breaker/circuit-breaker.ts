import { ConstantBackoff, type IBackoffFactory } from 'cockatiel'
import type { CallContext } from '../../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Gate } from '../../kernel/policy.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import { WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import { withoutStack } from '../../primitives/without-stack.ts'
import type { Admission } from './admissions.ts'
import type { CircuitClosed, CircuitHalfOpened, CircuitOpened, CircuitRejected } from './circuit-breaker-events.ts'
import { CIRCUIT_BREAKER_DEFAULTS, type CircuitBreakerOptions } from './circuit-breaker-options.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import { Circuit, type CircuitStateName } from './circuit.ts'
import type { BreakContext } from './exponential-break.ts'

/** A breaker that can also be worked by hand. */
export interface CircuitBreaker extends Gate {
  /** Holds a partition open until `close`; without a name, the one that is used where there are no endpoints. */
  isolate(partition?: string): void
  /** Closes a partition, whatever it was, as good as new. */
  close(partition?: string): void
  /** The state of a partition. */
  stateOf(partition?: string): CircuitStateName
}

interface Partition {
  readonly key: string
  readonly circuit: Circuit<Partition>
  readonly line: WaitingLine
}

/**
 * Stops asking an endpoint that only fails, and finds out with one probe at a time when it is back.
 *
 * A result counts only while the state in which it was admitted lasts; what the caller ended or what is the request's
 * own fault counts for nothing. A spent quota opens the circuit until it is reset.
 *
 * ```ts
 * import { circuitBreaker, pipeline } from '@spillway/core'
 *
 * const breaker = circuitBreaker()
 * const calls = pipeline([breaker])
 * for (let i = 0; i < 5; i++) await calls.execute(() => Promise.reject(new Error('down'))).catch(() => {})
 * console.log(breaker.stateOf()) // => open
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const circuitBreaker = (options: CircuitBreakerOptions = {}): CircuitBreaker => {
  checkKnown('circuitBreaker', options, Object.keys(CIRCUIT_BREAKER_DEFAULTS))
  const resolved = { ...CIRCUIT_BREAKER_DEFAULTS, ...options }
  const { name, breaker, openAfterMs, probeLeaseMs, whenOpen, partitionKey, maxPartitions } = resolved
  checkFunction('circuitBreaker.breaker', breaker)
  checkFunction('circuitBreaker.partitionKey', partitionKey)
  checkDuration('circuitBreaker.openAfterMs', openAfterMs)
  checkDuration('circuitBreaker.probeLeaseMs', probeLeaseMs, { infinite: true })
  checkOneOf('circuitBreaker.whenOpen', whenOpen, ['reject', 'wait'])
  checkNumber('circuitBreaker.maxPartitions', maxPartitions, { min: 1, integer: true })
  const breaks = breaksOf(resolved.halfOpenAfter)

  const partitions = new LruMap<string, Partition>(
    maxPartitions,
    (key) => {
      const circuit = new Circuit<Partition>(breaker(), { breaks, probeLeaseMs, openAfterMs })
      const line = new WaitingLine({
        name,
        order: 'deadline',
        queueLimit: whenOpen === 'wait' ? Infinity : 0,
        maxWaitMs: Infinity,
        tryEnter: (context) => tryEnter(context, partition),
      })
      const partition: Partition = { key, circuit, line }
      return partition
    },
    // What nobody has asked for since so many others may be forgotten, open or not; never what is held open by hand.
    ({ circuit, line }) => circuit.state !== 'isolated' && line.size === 0,
  )

  const tryEnter = (context: CallContext, partition: Partition): number => {
    const { key, circuit, line } = partition
    // Who does not wait asks in the moment in which it started.
    const now = line.size === 0 ? context.startedAt : context.call.clock.now()
    const ready = circuit.readyInMs(now)
    if (ready > 0) return ready
    const before = circuit.state
    // Its own partition, also when that has been forgotten since.
    context.keep(gate, circuit.admit(now, partition))
    const after = circuit.state
    if (after === before) return 0
    if (after === 'half_open')
      context.emit<CircuitHalfOpened>({ type: 'circuit.half_opened', policy: name, partition: key })
    else context.emit<CircuitClosed>({ type: 'circuit.closed', policy: name, partition: key })
    return 0
  }

  const answer = (
    context: CallContext,
    given: LineAnswer,
    { key, circuit }: Partition,
  ): undefined | CircuitOpenError => {
    if (given === 'entered') return undefined
    const retryAfterMs = given.retryAfterMs ?? circuit.readyInMs(context.call.clock.now())
    if (given.reason !== 'aborted')
      context.emit<CircuitRejected>({ type: 'circuit.rejected', policy: name, partition: key, retryAfterMs })
    const reason = given.reason === 'disposed' ? 'disposed' : circuit.state
    return withoutStack(() => new CircuitOpenError(name, key, retryAfterMs, circuit.cause, reason))
  }

  const settle = (context: CallContext, outcome: Outcome<unknown>, admission: Admission<Partition>): void => {
    const { key: partition, circuit } = admission.owner
    const now = context.endedAt
    const { kind, retryAfterMs } = outcome.verdict
    const changed = circuit.settle(admission, kind, now, retryAfterMs)
    if (changed === 'opened') {
      circuit.cause = outcome.ok ? undefined : outcome.error
      const openForMs = (circuit.openUntil ?? now) - now
      context.emit<CircuitOpened>({ type: 'circuit.opened', policy: name, partition, openForMs, verdict: kind })
    }
    if (changed === 'closed') context.emit<CircuitClosed>({ type: 'circuit.closed', policy: name, partition })
  }

  const gate: CircuitBreaker = {
    name,
    options: resolved,
    enter(context) {
      const partition = partitions.get(partitionKey(context))
      const given = partition.line.enter(context)
      if (given === 'entered') return undefined
      return given instanceof Promise
        ? given.then((late) => answer(context, late, partition))
        : answer(context, given, partition)
    },
    leave(context, outcome) {
      const admission = context.kept(gate) as Admission<Partition>
      const { line } = admission.owner
      try {
        settle(context, outcome, admission)
      } finally {
        // A strategy that throws must not leave anybody waiting.
        if (line.size > 0) line.serve()
      }
    },
    readyInMs(context) {
      const now = context.call.clock.now()
      const partition = partitions.peek(partitionKey(context))
      return partition === undefined ? 0 : partition.line.readyInMs(partition.circuit.readyInMs(now), now)
    },
    snapshot: () => ({
      partitions: Object.fromEntries(
        [...partitions.entries()].map(([key, { circuit, line }]) => [
          key,
          {
            state: circuit.state,
            ...(circuit.openUntil === undefined ? {} : { openUntil: circuit.openUntil }),
            inFlight: circuit.inFlight,
            waiting: line.size,
          },
        ]),
      ),
    }),
    dispose() {
      for (const { line } of partitions.values()) line.dispose()
    },
    isolate: (partition = '') => partitions.get(partition).circuit.isolate(),
    close(partition = '') {
      const { circuit, line } = partitions.get(partition)
      circuit.close()
      line.serve()
    },
    stateOf: (partition = '') => partitions.peek(partition)?.circuit.state ?? 'closed',
  }
  return gate
}

const breaksOf = (halfOpenAfter: Required<CircuitBreakerOptions>['halfOpenAfter']): IBackoffFactory<BreakContext> => {
  if (typeof halfOpenAfter === 'number')
    return new ConstantBackoff(checkDuration('circuitBreaker.halfOpenAfter', halfOpenAfter))
  if (typeof halfOpenAfter?.next === 'function') return halfOpenAfter
  throw new InvalidOptionsError('circuitBreaker.halfOpenAfter', halfOpenAfter, 'milliseconds or a backoff')
}
