import type { CallContext } from './call-context.ts'
import type { Timer } from './clock.ts'
import type { AttemptOrphaned } from './events.ts'

/** What is abandoned gets this long to hear the signal before it is told of. */
const GRACE_MS = 100

/** An operation at work that nobody waits for any more: counted until it has really ended. */
export class Orphan {
  readonly #attempt: CallContext
  #timer: Timer | undefined

  constructor(attempt: CallContext) {
    this.#attempt = attempt
    const { origin, clock } = attempt.call
    origin.orphans.count++
    if (!attempt.listening) return
    this.#timer = clock.setTimer(GRACE_MS, () => attempt.emit<AttemptOrphaned>({ type: 'attempt.orphaned' }))
    // It only watches: the process may end without it.
    this.#timer.unref()
  }

  ended(): void {
    this.#timer?.cancel()
    this.#attempt.call.origin.orphans.count--
  }
}
