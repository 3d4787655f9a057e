import { CallContext } from '../../kernel/call-context.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { Next, Progress } from '../../kernel/policy.ts'
import type { Race } from './race.ts'
import type { SilenceWatch } from './silence-watch.ts'

/** Gives the watch over whatever is sent where `attempt` goes. */
export type WatchOf = (attempt: CallContext) => SilenceWatch

/** One way of a call through what is inside: a context of its own, so that it can be ended alone. */
export class Branch extends CallContext {
  readonly next: Next<unknown>
  readonly #watchOf: WatchOf
  /** Set once the call has, or asks for, more than one branch. */
  race: Race | undefined
  /** The attempt that was sent last; `undefined`: none yet, it waits somewhere. */
  attemptContext: CallContext | undefined
  /** Who watches over that attempt. */
  watch: SilenceWatch | undefined
  /** When it last showed a sign of life after it was sent. */
  #heardAt = 0
  /** Before then nobody asks again whether it is lost. */
  askAgainAt = 0
  /** Where it stands among those that are watched. */
  watched = false
  before: Branch | undefined
  after: Branch | undefined

  constructor(parent: CallContext, next: Next<unknown>, watchOf: WatchOf) {
    super(parent)
    this.next = next
    this.#watchOf = watchOf
  }

  /** Since when nothing has been heard of it. */
  get silentSince(): number {
    return Math.max(this.sentAt, this.#heardAt)
  }

  /** When its attempt was sent. */
  get sentAt(): number {
    return this.attemptContext?.startedAt ?? Infinity
  }

  /** It is over, when its stream has been read at the latest: nothing above ends it any more. */
  leave({ body }: Outcome<unknown>): void {
    if (body === undefined) this.detach()
    else body.onEnd(() => this.detach())
  }

  override attemptBegan(attempt: CallContext): void {
    super.attemptBegan(attempt)
    // Where the call is now, for those outside, as if they had the same context.
    if (this.parent !== undefined) this.parent.endpoint = attempt.endpoint
    this.attemptContext = attempt
    this.watch?.remove(this)
    this.watch = this.#watchOf(attempt)
    this.watch.add(this, this.call.clock)
  }

  override progress(progress: Progress): void {
    if (this.watched) this.#heardAt = this.call.clock.now()
    super.progress(progress)
  }

  protected override onAborted(reason: unknown): void {
    this.watch?.remove(this)
    super.onAborted(reason)
  }
}
