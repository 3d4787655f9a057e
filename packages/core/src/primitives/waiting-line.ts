import type { CallContext } from '../kernel/call-context.ts'
import type { Clock, Timer } from '../kernel/clock.ts'
import type { CallDequeued, CallQueued } from '../kernel/events.ts'
import { rankOf, type QueueOrder } from '../kernel/queue-order.ts'
import { WaitQueue } from './wait-queue.ts'

/** Why somebody left the line without being let in. */
export type LeaveReason = 'queue_full' | 'waited_too_long' | 'aborted'

/** What was answered to somebody who asked to be let in. */
export type LineAnswer = 'entered' | { readonly reason: LeaveReason; readonly retryAfterMs: number | undefined }

interface LineOptions {
  /** Whose line it is, for events. */
  readonly name: string
  readonly order: QueueOrder
  readonly queueLimit: number
  readonly maxWaitMs: number
  /** Lets a call in and answers 0, or says in how many milliseconds to ask again; `Infinity`: when somebody leaves. */
  readonly tryEnter: (context: CallContext) => number
}

interface Waiting {
  readonly context: CallContext
  readonly entered: () => void
}

/**
 * The one line behind every policy that lets calls wait: ordered, bounded, left in the tick in which a call aborts, and
 * served strictly in order, so that no newcomer overtakes.
 */
export class WaitingLine {
  readonly #options: LineOptions
  readonly #queue = new WaitQueue<Waiting>()
  #timer: Timer | undefined
  #serving = false

  constructor(options: LineOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#queue.size
  }

  /** Enters at once, or waits. Synchronous unless it must wait. */
  enter(context: CallContext): LineAnswer | Promise<LineAnswer> {
    const { queueLimit, maxWaitMs, tryEnter } = this.#options
    const free = this.#queue.size === 0 ? tryEnter(context) : undefined
    if (free === 0) return 'entered'
    const known = free === Infinity ? undefined : free
    if (this.#queue.size >= queueLimit) return { reason: 'queue_full', retryAfterMs: known }
    // Waiting for what comes too late only costs the caller time.
    if (known !== undefined && known > Math.min(maxWaitMs, context.remainingMs()))
      return { reason: 'waited_too_long', retryAfterMs: known }
    return this.#wait(context)
  }

  /** Lets in whoever can be, in order. To be called when a place may have become free. */
  serve(clock: Clock): void {
    if (this.#serving) return
    this.#serving = true
    this.#timer?.cancel()
    this.#timer = undefined
    for (let first = this.#queue.first()?.item; first !== undefined; first = this.#queue.first()?.item) {
      const ms = this.#options.tryEnter(first.context)
      if (ms > 0) {
        if (ms !== Infinity) this.#timer = clock.setTimer(ms, () => this.serve(clock))
        break
      }
      this.#queue.shift()
      first.entered()
    }
    this.#serving = false
  }

  dispose(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(context: CallContext): Promise<LineAnswer> {
    const { name, order, maxWaitMs } = this.#options
    const { clock } = context.call
    const since = clock.now()
    return new Promise((resolve) => {
      const leave = (answer: LineAnswer): void => {
        timer?.cancel()
        stop()
        this.#queue.remove(waiter)
        resolve(answer)
      }
      const waiter = this.#queue.add(
        {
          context,
          entered: () => {
            context.emit<CallDequeued>({ type: 'call.dequeued', policy: name, waitedMs: clock.now() - since })
            leave('entered')
          },
        },
        rankOf(order, context),
      )
      const timer =
        maxWaitMs === Infinity
          ? undefined
          : clock.setTimer(maxWaitMs, () => leave({ reason: 'waited_too_long', retryAfterMs: undefined }))
      const stop = context.onAbort(() => {
        leave({ reason: 'aborted', retryAfterMs: undefined })
        this.serve(clock)
      })
      context.emit<CallQueued>({ type: 'call.queued', policy: name, waiting: this.#queue.size })
      this.serve(clock)
    })
  }
}
