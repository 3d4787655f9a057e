import { ACCOUNTS, type Counting } from '../kernel/accounts.ts'
import type { Call, CallOrigin } from '../kernel/call.ts'
import type { Classifier } from '../kernel/classifier.ts'
import type { Clock } from '../kernel/clock.ts'
import { compose, type Composed } from '../kernel/compose.ts'
import { errorNameOf } from '../kernel/events.ts'
import type { Outcome } from '../kernel/outcome.ts'
import type { Gate, Part } from '../kernel/policy.ts'
import type { Random } from '../kernel/random.ts'
import type { CallCompleted } from './call-events.ts'
import type { CallerOptions } from './caller.ts'
import type { EventSource } from './event-source.ts'
import type { PipelineOptions } from './pipeline-options.ts'

/** A list of parts, composed, and the calls that run through it: those of before a reload end with theirs. */
export class Generation implements CallOrigin {
  readonly parts: readonly Part[]
  readonly run: Composed
  /** The same with a gate more, where calls have brought one. */
  #counted: { readonly gate: Gate; readonly run: Composed } | undefined
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly classifier: Classifier
  readonly sink: EventSource
  readonly orphans: { count: number }
  /** Calls that have started and not ended. */
  inFlight = 0
  /** Called when the last call has ended; set when newer parts have taken over. */
  onIdle: (() => void) | undefined

  constructor(
    parts: readonly Part[],
    options: Required<PipelineOptions>,
    sink: EventSource,
    orphans: { count: number },
  ) {
    this.parts = parts
    this.run = compose(parts)
    this.name = options.name
    this.clock = options.clock
    this.random = options.random
    this.classifier = options.classifier
    this.sink = sink
    this.orphans = orphans
  }

  /** What a call runs through: with accounts, one gate more counts its attempts. */
  runFor(call: Call, { account, accounts }: CallerOptions): Composed {
    if (account === undefined && accounts === undefined) return this.run
    const all = [...new Set([...(accounts ?? []), ...(account === undefined ? [] : [account])])]
    const [{ gate }] = all as [Counting]
    call.set(ACCOUNTS, all)
    if (this.#counted?.gate !== gate) this.#counted = { gate, run: compose([...this.parts, gate]) }
    return this.#counted.run
  }

  completed(call: Call, outcome: Outcome<unknown>): void {
    this.inFlight--
    call.unfollow?.()
    if (this.sink.listening) {
      const durationMs = this.clock.now() - call.startedAt
      const { verdict } = outcome
      const error = errorNameOf(outcome)
      call.emit<CallCompleted>({ type: 'call.completed', verdict, durationMs, attempts: call.attempts, ...error })
    }
    if (this.inFlight === 0) this.onIdle?.()
  }
}
