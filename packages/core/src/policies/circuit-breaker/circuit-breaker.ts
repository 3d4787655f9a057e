import type { CallContext } from '../../kernel/call-context.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Gate } from '../../kernel/policy.ts'
import { Announcer } from '../../primitives/announcer.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import { WaitingLine, type LineAnswer } from '../../primitives/waiting-line.ts'
import { withoutStack } from '../../primitives/without-stack.ts'
import type { Admission } from './admissions.ts'
import { Advised } from './advised.ts'
import { checkCircuitBreaker, strategyMaker, type CircuitBreakerOptions } from './circuit-breaker-options.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import type { CircuitBreakerSnapshot } from './circuit-snapshot.ts'
import { CircuitTeller } from './circuit-teller.ts'
import { Circuit, type CircuitStateName } from './circuit.ts'
import { SavedCircuits } from './saved-circuits.ts'

/** A breaker that can also be worked by hand. */
export interface CircuitBreaker extends Gate {
  /** Holds a partition open until `close`; without a name, the one that is used where there are no endpoints. */
  isolate(partition?: string): void
  /** Closes a partition, whatever it was, as good as new. */
  close(partition?: string): void
  /** The state of a partition. */
  stateOf(partition?: string): CircuitStateName
  /** All it knows, as plain data that survives JSON. What is at work counts for nothing afterwards. */
  save(): CircuitBreakerSnapshot
  /**
   * Goes on from what `save` gave, in this process or another: by the wall clock, so that a probe is due when it would have
   * been. To be called before the first call, or at any time. Data that does not fit is refused with an event, and
   * everything stays as it is. Says whether it was taken over.
   */
  restore(data: unknown): boolean
}

interface Partition {
  readonly key: string
  readonly circuit: Circuit<Partition>
  readonly line: WaitingLine
  /** What other processes say about it; none where nobody is asked. */
  readonly advised: Advised | undefined
}

/**
 * Stops asking an endpoint that only fails, and finds out with one probe at a time when it is back.
 *
 * A result counts only while the state in which it was admitted lasts; what the caller ended or what is the request's
 * own fault counts for nothing. A spent quota opens the circuit until it is reset. A refusal has no stack: it would lead
 * here, and refusals must be cheap.
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
  const { breaks, advice, ...shown } = checkCircuitBreaker(options)
  const { name, openAfterMs, probeLeaseMs, whenOpen, ignores, dryRun, partitionKey, maxPartitions } = shown
  const settings = advice === undefined || dryRun ? undefined : { policy: name, advice, ...shown }
  const makeStrategy = strategyMaker(shown.breaker)
  const announcer = new Announcer()
  const teller = new CircuitTeller(name, dryRun, announcer)
  const saved = new SavedCircuits()

  const partitions = new LruMap<string, Partition>(
    maxPartitions,
    (key) => {
      const circuit = new Circuit<Partition>(makeStrategy(), { breaks, probeLeaseMs, openAfterMs })
      const line = new WaitingLine({
        name,
        order: 'deadline',
        queueLimit: whenOpen === 'wait' ? Infinity : 0,
        maxWaitMs: Infinity,
        tryEnter: (context) => tryEnter(context, partition),
      })
      const advised = settings === undefined ? undefined : new Advised(settings, key, circuit)
      const partition: Partition = { key, circuit, line, advised }
      return partition
    },
    // What nobody has asked for since so many others may be forgotten, open or not; never what is held open by hand.
    ({ circuit, line }) => circuit.state !== 'isolated' && line.size === 0,
  )

  const tryEnter = (context: CallContext, partition: Partition): number => {
    const { key, circuit, line, advised } = partition
    // Who does not wait asks in the moment in which it started.
    const now = line.size === 0 ? context.startedAt : context.call.clock.now()
    const ready = circuit.readyInMs(now)
    if (ready > 0) return ready
    if (advised?.mustAsk(now) === true) {
      void askFirst(context, partition, advised, now)
      return circuit.readyInMs(now)
    }
    const before = circuit.state
    // Its own partition, also when that has been forgotten since.
    context.keep(gate, circuit.admit(now, partition))
    const after = circuit.state
    if (after === before) return 0
    if (after === 'half_open') {
      teller.halfOpened(context, key)
      advised?.sent(context)
    } else {
      teller.closed(context, key)
      advised?.settled(context, now, 'closed', true)
    }
    return 0
  }

  /** Asks the other processes whether this one may send a probe; who waits in line goes on when that is known. */
  const askFirst = async (
    context: CallContext,
    { key, line }: Partition,
    advised: Advised,
    now: number,
  ): Promise<void> => {
    const waitMs = await advised.ask(context, now)
    if (waitMs > 0) teller.probeDeferred(context, key, waitMs)
    line.serve()
  }

  /** Lets a call in, or in line, or refuses it. */
  const admit = (
    context: CallContext,
    partition: Partition,
  ): undefined | CircuitOpenError | Promise<undefined | CircuitOpenError> => {
    const given = partition.line.enter(context)
    if (given === 'entered') return undefined
    return given instanceof Promise
      ? given.then((late) => answer(context, late, partition))
      : answer(context, given, partition)
  }

  const answer = (
    context: CallContext,
    given: LineAnswer,
    { key, circuit }: Partition,
  ): undefined | CircuitOpenError => {
    if (given === 'entered') return undefined
    const retryAfterMs = given.retryAfterMs ?? circuit.readyInMs(context.call.clock.now())
    if (given.reason !== 'aborted') teller.rejected(context, key, retryAfterMs)
    const reason = given.reason === 'disposed' ? 'disposed' : circuit.state
    return withoutStack(() => new CircuitOpenError(name, key, retryAfterMs, circuit.cause, reason))
  }

  const settle = (context: CallContext, outcome: Outcome<unknown>, admission: Admission<Partition>): void => {
    const { key, circuit, advised } = admission.owner
    const now = context.endedAt
    const { kind: verdict, retryAfterMs } = outcome.verdict
    // What is ignored counts as little as what was never sent.
    const kind = ignores.includes(verdict) ? 'rejected' : verdict
    const changed = circuit.settle(admission, kind, now, retryAfterMs, advised?.warns(now))
    if (changed === 'opened') {
      circuit.cause = outcome.ok ? undefined : outcome.error
      const openForMs = (circuit.openUntil ?? now) - now
      teller.opened(context, key, { openForMs, verdict, ...(circuit.openedBy === 'advice' ? { advised: true } : {}) })
    }
    if (changed === 'closed') teller.closed(context, key)
    advised?.settled(context, now, changed, kind === 'success')
  }

  /** Puts what was saved into its circuits, once there is a clock. */
  const release = (): void => {
    const clock = announcer.origin?.clock
    if (clock === undefined) return
    const told = (partition: string, { state, openUntil }: Circuit<never>, fits: boolean): void => {
      if (state === 'open' || state === 'isolated') teller.restored(partition, state, (openUntil ?? 0) - clock.now())
      if (!fits) teller.snapshotRefused('strategy', partition)
    }
    saved.release(clock, (key) => partitions.get(key).circuit as Circuit<never>, told)
    for (const { line } of partitions.values()) line.serve()
  }

  const partitionOf = (context: CallContext): Partition => {
    announcer.meet(context)
    if (saved.size > 0) release()
    return partitions.get(partitionKey(context))
  }

  const circuits = function* (): Generator<readonly [string, Circuit<never>]> {
    for (const [key, { circuit }] of partitions.entries()) yield [key, circuit as Circuit<never>]
  }

  const gate: CircuitBreaker = {
    name,
    kind: 'circuitBreaker',
    options: shown,
    enter(context) {
      const partition = partitionOf(context)
      if (dryRun) {
        const ready = tryEnter(context, partition)
        if (ready > 0) teller.rejected(context, partition.key, ready)
        return undefined
      }
      const { advised, circuit, line } = partition
      if (advised === undefined) return admit(context, partition)
      const now = context.call.clock.now()
      advised.tell(context, now)
      // Who would wait in line lets the line ask.
      const asks = line.size === 0 && circuit.readyInMs(context.startedAt) === 0 && advised.mustAsk(now)
      if (!asks) return admit(context, partition)
      return askFirst(context, partition, advised, context.startedAt).then(() => admit(context, partition))
    },
    leave(context, outcome) {
      // None for a call that would have been refused in a dry run.
      const admission = context.kept(gate) as Admission<Partition> | undefined
      if (admission === undefined) return
      const { line } = admission.owner
      try {
        settle(context, outcome, admission)
      } finally {
        // A strategy that throws must not leave anybody waiting.
        if (line.size > 0) line.serve()
      }
    },
    readyInMs(context) {
      if (dryRun) return 0
      if (saved.size > 0) partitionOf(context)
      const now = context.call.clock.now()
      const partition = partitions.peek(partitionKey(context))
      if (partition === undefined) return 0
      const { circuit, line, advised } = partition
      if (advised === undefined) return line.readyInMs(circuit.readyInMs(now), now)
      return line.readyInMs(
        advised.readyInMs(now, () => void askFirst(context, partition, advised, now)),
        now,
      )
    },
    snapshot() {
      const now = announcer.origin?.clock.now() ?? 0
      const stateOf = ({ circuit, line, advised }: Partition): object => ({
        state: circuit.state,
        ...(circuit.openUntil === undefined ? {} : { openUntil: circuit.openUntil }),
        retryAfterMs: circuit.readyInMs(now),
        inFlight: circuit.inFlight,
        waiting: line.size,
        ...(advised?.census === undefined ? {} : { others: advised.census }),
      })
      return { partitions: Object.fromEntries([...partitions.entries()].map(([key, each]) => [key, stateOf(each)])) }
    },
    dispose() {
      for (const { line } of partitions.values()) line.dispose()
    },
    isolate(partition = '') {
      saved.forget(partition)
      const { circuit } = partitions.get(partition)
      if (circuit.state === 'isolated') return
      circuit.isolate()
      teller.isolated(partition)
    },
    close(partition = '') {
      const changes = gate.stateOf(partition) !== 'closed'
      saved.forget(partition)
      const { circuit, line } = partitions.get(partition)
      circuit.close()
      if (changes) teller.closedByHand(partition)
      line.serve()
    },
    stateOf: (partition = '') => saved.get(partition)?.state ?? partitions.peek(partition)?.circuit.state ?? 'closed',
    save: () => saved.save(announcer.origin?.clock, circuits()),
    restore(data) {
      const reason = saved.accept(data)
      if (reason === undefined) release()
      else teller.snapshotRefused(reason)
      return reason === undefined
    },
  }
  return gate
}
