import type { CallContext } from '../kernel/call-context.ts'
import type { Timer } from '../kernel/clock.ts'
import type { CallDequeued, CallQueued } from '../kernel/events.ts'
import { rankOf, type QueueOrder } from '../kernel/queue-order.ts'
import { WaitQueue } from './wait-queue.ts'

/** Why somebody was not let in. */
type RefusalReason =
  /** Nobody more may wait. */
  | 'queue_full'
  /** The wait took longer than allowed, or would. */
  | 'waited_too_long'
  /** The pipeline was disposed of. */
  | 'disposed'

/** What was answered to somebody who asked to be let in. */
export type LineAnswer =
  | 'entered'
  | { readonly reason: RefusalReason | 'aborted'; readonly retryAfterMs: number | undefined }

interface LineOptions {
  /** Whose line it is, for events. */
  readonly name: string
  readonly order: QueueOrder
  readonly queueLimit: number
  readonly maxWaitMs: number
  /**
   * Lets a call in and answers 0, or says in how many milliseconds to ask again; `Infinity`: when somebody leaves.
   * {@link TOO_LATE}: it is not worth letting in any more. {@link ASKING}: nobody knows yet.
   */
  readonly tryEnter: (context: CallContext) => number
  /** How often to ask although nobody has left, for places that become free unseen. @default Infinity */
  readonly pollMs?: number
}

interface Waiting {
  readonly context: CallContext
  readonly leave: (answer: LineAnswer) => void
  readonly fail: (error: unknown) => void
}

/** Less than now: what a place would give comes after the call's deadline. */
export const TOO_LATE = -1

/**
 * Less than now: somebody is being asked. `serve()` is called when the answer is here; until then more may stand in line than
 * may wait.
 */
export const ASKING = -2

const LATE: LineAnswer = { reason: 'waited_too_long', retryAfterMs: undefined }
const ABORTED: LineAnswer = { reason: 'aborted', retryAfterMs: undefined }

/**
 * The one line behind every policy that lets calls wait: ordered, bounded, left in the tick in which a call aborts, and
 * served strictly in order, so that no newcomer overtakes.
 */
export class WaitingLine {
  readonly #options: LineOptions
  readonly #queue = new WaitQueue<Waiting>()
  #timer: Timer | undefined
  #dueAt = Infinity
  #disposed = false
  #serving = false
  /** Whether somebody is being asked for whoever stands first. */
  #asking = false
  /** Who is being let in just now: whatever that sets off must not take it out of the line. */
  #entering: CallContext | undefined

  constructor(options: LineOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#queue.size
  }

  /** Milliseconds until a newcomer could be let in who would have to wait `alone` milliseconds if nobody else did. */
  readyInMs(alone: number, now: number): number {
    return this.#queue.size === 0 ? alone : Math.max(alone, this.#dueAt - now, 1)
  }

  /** Enters at once, or waits. Synchronous unless it must wait. */
  enter(context: CallContext): LineAnswer | Promise<LineAnswer> {
    if (context.aborted) return ABORTED
    const { queueLimit, maxWaitMs, tryEnter } = this.#options
    const free = this.#queue.size === 0 ? tryEnter(context) : undefined
    if (free === 0) return 'entered'
    if (free === TOO_LATE) return LATE
    const retryAfterMs = free === Infinity || free === ASKING ? undefined : free
    if (this.#disposed) return { reason: 'disposed', retryAfterMs }
    if (free !== ASKING && !this.#asking && this.#queue.size >= queueLimit)
      return { reason: 'queue_full', retryAfterMs }
    // Waiting for what comes too late only costs the caller time.
    if (retryAfterMs !== undefined && retryAfterMs > Math.min(maxWaitMs, context.remainingMs()))
      return { reason: 'waited_too_long', retryAfterMs }
    return this.#wait(context)
  }

  /** Lets in whoever can be, in order. To be called when a place may have become free. */
  serve(): void {
    if (this.#serving) return
    this.#serving = true
    this.#asking = false
    this.#stopTimer()
    for (let first = this.#queue.first()?.item; first !== undefined; first = this.#queue.first()?.item) {
      const { context } = first
      const ms = this.#tryEnter(first)
      if (ms === undefined) continue
      if (ms === 0) first.leave('entered')
      else if (ms === TOO_LATE) first.leave(LATE)
      else if (context.aborted) first.leave(ABORTED)
      // Somebody who came meanwhile may go before: that one is asked next.
      else if (this.#queue.first()?.item === first) {
        this.#asking = ms === ASKING
        if (!this.#asking) this.#shorten(ms)
        this.#startTimer(context, ms)
        break
      }
    }
    this.#serving = false
  }

  /** Refuses everybody who waits, and whoever would have to. */
  dispose(): void {
    this.#disposed = true
    this.#stopTimer()
    for (let first = this.#queue.first(); first !== undefined; first = this.#queue.first())
      first.item.leave({ reason: 'disposed', retryAfterMs: undefined })
  }

  /** `undefined`: whoever decides threw, and the call has gone with that error. */
  #tryEnter({ context, fail }: Waiting): number | undefined {
    this.#entering = context
    try {
      return this.#options.tryEnter(context)
    } catch (error) {
      fail(error)
      return undefined
    } finally {
      this.#entering = undefined
    }
  }

  /** Who came while somebody was being asked may be one too many, now that there is a wait. */
  #shorten(ms: number): void {
    const retryAfterMs = ms === Infinity ? undefined : ms
    for (let last = this.#queue.last(); last !== undefined && this.#queue.size > this.#options.queueLimit;) {
      last.item.leave({ reason: 'queue_full', retryAfterMs })
      last = this.#queue.last()
    }
  }

  #startTimer({ call: { clock } }: CallContext, readyInMs: number): void {
    if (this.#queue.size === 0) return
    if (readyInMs === ASKING) {
      this.#dueAt = clock.now()
      return
    }
    const ms = Math.min(readyInMs, this.#options.pollMs ?? Infinity)
    this.#dueAt = clock.now() + readyInMs
    // A rounding error must not become a timer that fires at once, again and again.
    if (ms !== Infinity) this.#timer = clock.setTimer(Math.max(1, ms), () => this.serve())
  }

  #stopTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#dueAt = Infinity
  }

  #wait(context: CallContext): Promise<LineAnswer> {
    const { name, order, maxWaitMs } = this.#options
    const { clock } = context.call
    const since = clock.now()
    return new Promise((resolve, reject) => {
      const remove = (): boolean => {
        timer?.cancel()
        stop()
        return this.#queue.remove(waiter)
      }
      const leave = (answer: LineAnswer): void => {
        if (!remove()) return
        resolve(answer)
        if (answer === 'entered')
          context.emit<CallDequeued>({ type: 'call.dequeued', policy: name, waitedMs: clock.now() - since })
      }
      const giveUp = (answer: LineAnswer): void => {
        if (this.#entering === context) return
        leave(answer)
        this.serve()
      }
      const fail = (error: unknown): void => {
        if (remove()) reject(error)
      }
      const waiter = this.#queue.add({ context, leave, fail }, rankOf(order, context))
      const timer = maxWaitMs === Infinity ? undefined : clock.setTimer(maxWaitMs, () => giveUp(LATE))
      const stop = context.onAbort(() => giveUp(ABORTED))
      context.emit<CallQueued>({ type: 'call.queued', policy: name, waiting: this.#queue.size })
      this.serve()
    })
  }
}
