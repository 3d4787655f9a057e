import { Body } from './body.ts'
import type { Call } from './call.ts'
import type { ContextKey } from './context-key.ts'
import type { Endpoint } from './endpoint.ts'
import { Ending } from './ending.ts'
import { errorName, type DiagnosticReported } from './events.ts'
import type { EventBody, PipelineEvent } from './pipeline-event.ts'
import type { Progress } from './policy.ts'
import type { ProviderReport } from './provider-report.ts'

/** Who runs a context and hears first that it is over, or how far it has come. */
export interface ContextOwner {
  aborted(reason: unknown): void
  progressed(progress: Progress): void
}

/** What a gate keeps, or a value of the call. A context has few of them: a row is quicker to search than a map is to make. */
interface Kept {
  readonly owner: object
  value: unknown
  readonly next: Kept | undefined
}

/**
 * What travels down: who calls, until when, where to, and how to stop. Contexts form a tree; ending one ends all below
 * it. The operation gets the innermost one.
 */
export class CallContext {
  readonly call: Call
  readonly parent: CallContext | undefined
  /** Where the attempt goes. Set by failover. */
  endpoint: Endpoint | undefined
  /** The number of the last attempt that started on this branch, from 1. 0: none yet. */
  attempt = 0
  /** When what runs under this context began, on the pipeline's clock. */
  startedAt = 0
  /** When it ended for its caller, on the pipeline's clock. Known to gates in `leave`. */
  endedAt = 0
  /** Set by an operation whose result is a stream. */
  body: Body | undefined
  owner: ContextOwner | undefined
  #kept: Kept | undefined
  /** What ends this context and bounds its time; `undefined` for a call, and for an independent branch. */
  readonly #above: CallContext | undefined
  /** Its own; `undefined`: none. */
  #deadline: number | undefined
  #ending: Ending | undefined
  #firstChild: CallContext | undefined
  #previous: CallContext | undefined
  #next: CallContext | undefined

  /**
   * @param parent what this is a branch of; without one it is a call, the root
   * @param independent whether nothing above ends it or bounds its time
   */
  constructor(parent: CallContext | undefined, independent = false) {
    this.parent = parent
    if (parent === undefined) {
      this.call = this as unknown as Call
      return
    }
    this.call = parent.call
    this.endpoint = parent.endpoint
    this.attempt = parent.attempt
    if (independent) return
    this.#above = parent
    if (parent.aborted) {
      this.#end.begin(parent.reason)
      return
    }
    const sibling = parent.#firstChild
    if (sibling !== undefined) sibling.#previous = this
    this.#next = sibling
    parent.#firstChild = this
  }

  /** A branch that can be ended alone. Whoever makes it detaches it. */
  child(): CallContext {
    return new CallContext(this)
  }

  /**
   * A branch for work that several calls share, or that outlives this one. It belongs to this call (its attempts, its
   * events), but nothing above ends it, bounds its time or hears its progress: whoever makes it does, as its owner.
   */
  independentChild(): CallContext {
    return new CallContext(this, true)
  }

  /** Forgets this branch: nothing above ends it any more. */
  detach(): void {
    const above = this.#above
    if (above === undefined) return
    if (this.#previous !== undefined) this.#previous.#next = this.#next
    else if (above.#firstChild === this) above.#firstChild = this.#next
    if (this.#next !== undefined) this.#next.#previous = this.#previous
    this.#previous = undefined
    this.#next = undefined
  }

  /** Whether it is over: the caller left, a deadline passed, another attempt won. */
  get aborted(): boolean {
    return this.#ending !== undefined && this.#ending.come
  }

  /** Why; the caller's own reason by identity where the caller ended it. */
  get reason(): unknown {
    return this.#ending?.reason
  }

  /** Aborts when the attempt is over before it is done. Made when first read: pass it to whatever waits. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  get #end(): Ending {
    return (this.#ending ??= new Ending())
  }

  /** Ends this context and all below it. The first reason stands. */
  abort(reason: unknown): void {
    if (this.aborted) return
    const ending = this.#end
    ending.begin(reason)
    // Inside first: what is below frees its places before whoever is above looks at them. Each child is let go before it
    // is ended, because its end may detach its neighbours.
    for (let child = this.#firstChild; child !== undefined; child = this.#firstChild) {
      child.detach()
      child.abort(reason)
    }
    ending.abortSignal()
    this.onAborted(reason)
    for (const listener of ending.takeListeners()) this.#tell(listener)
  }

  /** Hears of the end before the listeners do. */
  protected onAborted(reason: unknown): void {
    this.owner?.aborted(reason)
  }

  /** A listener that throws hurts neither the others nor the calls that end with this one. */
  #tell(listener: (reason: unknown) => void): void {
    try {
      listener(this.reason)
    } catch (thrown) {
      this.report('onAbort', thrown)
    }
  }

  /** Calls `listener` once when it is over, at once if it is. Gives back how to stop listening. */
  onAbort(listener: (reason: unknown) => void): () => void {
    if (!this.aborted) return this.#end.listen(listener)
    this.#tell(listener)
    return () => {}
  }

  /** Waits `ms`. Resolves with whether the time passed; `false` at once when the context ends first. */
  sleep(ms: number): Promise<boolean> {
    if (this.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const timer = this.call.clock.setTimer(ms, () => {
        stop()
        resolve(true)
      })
      const stop = this.onAbort(() => {
        timer.cancel()
        resolve(false)
      })
    })
  }

  /**
   * The instant, on the pipeline's clock, after which an answer is worth nothing: the nearest of its own and those above,
   * as they are now. `Infinity`: none.
   */
  get deadline(): number {
    const own = this.#deadline ?? Infinity
    const above = this.#above
    return above === undefined ? own : Math.min(own, above.deadline)
  }

  // Sets its own, whatever it was.
  set deadline(instant: number) {
    this.#deadline = instant
  }

  /** Brings its own deadline nearer. A later instant than it has changes nothing. */
  endBy(instant: number): void {
    if (instant < (this.#deadline ?? Infinity)) this.#deadline = instant
  }

  /** Milliseconds until the deadline, 0 when it has passed. */
  remainingMs(): number {
    const { deadline } = this
    return deadline === Infinity ? Infinity : Math.max(0, deadline - this.call.clock.now())
  }

  /** The per-call value behind a key, or the key's default. */
  get<T>(key: ContextKey<T>): T {
    const set = this.call.#keptBy(key)
    return set === undefined ? key.defaultValue : (set.value as T)
  }

  /** Sets a per-call value for everyone who holds the key. */
  set<T>(key: ContextKey<T>, value: T): void {
    this.call.keep(key, value)
  }

  /** Keeps what a gate needs again when this admission ends. */
  keep(gate: object, value: unknown): void {
    const known = this.#keptBy(gate)
    if (known === undefined) this.#kept = { owner: gate, value, next: this.#kept }
    else known.value = value
  }

  /** What `keep` kept. */
  kept(gate: object): unknown {
    return this.#keptBy(gate)?.value
  }

  #keptBy(owner: object): Kept | undefined {
    let each = this.#kept
    while (each !== undefined && each.owner !== owner) each = each.next
    return each
  }

  /** Says how far the attempt has come, for the timeouts of its phases, the inner and the outer ones. */
  progress(progress: Progress): void {
    if (this.aborted) return
    this.owner?.progressed(progress)
    this.#above?.progress(progress)
  }

  /**
   * Hands over what the provider said besides its answer, for whoever paces calls: what is left of its limits, and what
   * the attempt has used. To be said before the operation, or its body, has ended, also when nobody waits for it any more.
   */
  providerSaid(report: ProviderReport): void {
    this.#above?.providerSaid(report)
  }

  /**
   * Says that the result is a stream: what the operation gives back is only its beginning. The attempt ends when the
   * body does, and so do its permits, its time limits and its verdict.
   */
  openBody(): Body {
    this.call.streamed = true
    return (this.body ??= new Body())
  }

  /** An attempt begins on this branch. `attempt` is its context: when it began, and where it goes. */
  attemptBegan(attempt: CallContext): void {
    this.attempt = attempt.attempt
  }

  /** Whether anybody listens: look before making an event that costs something. */
  get listening(): boolean {
    return this.call.origin.sink.listening
  }

  /** Publishes a fact. Costs nothing while nobody listens. */
  emit<E extends PipelineEvent>(event: EventBody<E>): void {
    if (this.listening) this.#publish(event)
  }

  #publish(event: { readonly type: string }): void {
    const { sink, clock, id, pipeline } = this.call
    sink.publish({
      ...event,
      at: clock.now(),
      pipeline,
      callId: id,
      attempt: this.attempt,
      ...(this.endpoint === undefined ? {} : { endpoint: this.endpoint.name }),
    })
  }

  /** Publishes that code which was handed in threw; `source` says which. The call goes on. */
  report(source: string, thrown: unknown): void {
    this.emit<DiagnosticReported>({ type: 'diagnostic.reported', source, errorName: errorName(thrown) })
  }
}
