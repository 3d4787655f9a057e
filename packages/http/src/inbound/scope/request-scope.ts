import type { IncomingMessage, ServerResponse } from 'node:http'
import { TimeoutExceededError, withCallOptions, type CallOptions, type Clock, type Timer } from '@spillway/core'
import { ClientDisconnectedError } from './client-disconnected-error.ts'
import { PRIORITY_OF, type Criticality } from './criticality.ts'
import { isGone } from './is-gone.ts'
import { nextMoment } from './moment.ts'

/** What a handler is told about its request. */
export interface RequestScope {
  /** Aborts when the client goes away or the deadline passes. Pass it to whatever the answer waits for. */
  readonly signal: AbortSignal
  /** How much the request matters. */
  readonly criticality: Criticality
  /** The same as a number, as pipelines take it: 0 for an ordinary request. */
  readonly priority: number
  /**
   * Signal, time and priority as `pipeline.execute(operation, options)` takes them. Pipelines called by the handler have
   * them already; this is for those that a library calls in an async context of its own.
   */
  readonly callOptions: CallOptions
  /** Milliseconds until the deadline, negative once it has passed; `Infinity` without one. */
  remainingMs(): number
}

/** One request while it is answered: until when, how much it matters, and whether anybody still waits for the answer. */
export class TrackedRequest implements RequestScope {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #startedAt: number
  /** How long after the deadline somebody else answers for the handler, in milliseconds. */
  reserveMs = 0
  #limitMs = Infinity
  /** What the functions around the handler have been told. */
  #toldMs: number | undefined
  #criticality: Criticality = 'critical'
  #timer: Timer | undefined
  #overdue: ((reason: TimeoutExceededError) => void) | undefined
  #controller: AbortController | undefined
  #reason: Error | undefined

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    this.#clock = clock
    this.#startedAt = clock.now()
    // 'close' never comes again for whoever left before the middleware ran.
    if (isGone(response)) this.#abort(new ClientDisconnectedError())
    else response.once('close', this.#closed)
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  remainingMs(): number {
    return this.#limitMs - (this.#clock.now() - this.#startedAt)
  }

  get criticality(): Criticality {
    return this.#criticality
  }

  get priority(): number {
    return PRIORITY_OF[this.#criticality]
  }

  get callOptions(): CallOptions {
    const leftMs = this.remainingMs()
    return {
      signal: this.signal,
      priority: this.priority,
      ...(leftMs > 0 && leftMs < Infinity ? { totalMs: leftMs } : {}),
    }
  }

  /** Why it is over; `undefined` while somebody waits for the answer. */
  get reason(): Error | undefined {
    return this.#reason
  }

  /** Says what the service knows. The nearest deadline holds, the criticality that was said last. */
  set(facts: { limitMs: number; criticality: Criticality | undefined }): void {
    this.#limitMs = Math.min(this.#limitMs, facts.limitMs)
    if (facts.criticality !== undefined) this.#criticality = facts.criticality
    if (this.#reason === undefined) this.#arm(this.remainingMs(), this.#passed)
  }

  /** Runs the rest of the application. Pipelines that are called in it end with the request. */
  run<T>(inside: () => T): T {
    const first = this.#toldMs === undefined
    const nearer = this.#limitMs < (this.#toldMs ?? Infinity)
    this.#toldMs = this.#limitMs
    const options = {
      priority: this.priority,
      clock: this.#clock,
      ...(first ? { signal: this.signal } : {}),
      ...(nearer ? { totalMs: Math.max(Number.MIN_VALUE, this.remainingMs()) } : {}),
    }
    return withCallOptions(options, inside)
  }

  /** Whether somebody answers for the handler. */
  get watched(): boolean {
    return this.#overdue !== undefined
  }

  /** Calls `tell` when nothing was answered `reserveMs` after the deadline: the handler does not listen to the signal. */
  whenOverdue(tell: (reason: TimeoutExceededError) => void): void {
    this.#overdue = tell
  }

  #arm(delayMs: number, fired: () => void): void {
    this.#timer?.cancel()
    if (delayMs <= 0) return fired()
    this.#timer = delayMs === Infinity ? undefined : this.#clock.setTimer(delayMs, fired)
    // The connection keeps the process alive, not its time limit.
    this.#timer?.unref()
  }

  readonly #passed = (): void => {
    const reason = new TimeoutExceededError('total', Math.max(0, this.#limitMs))
    this.#abort(reason)
    const overdue = this.#overdue
    if (overdue === undefined) return
    this.#arm(this.reserveMs, () => this.#response.headersSent || overdue(reason))
  }

  readonly #closed = (): void => {
    this.#timer?.cancel()
    // Not `writableFinished`: a stream of HTTP/2 that was cancelled says true.
    if (!this.#response.writableEnded) this.#abort(new ClientDisconnectedError())
  }

  #abort(reason: Error): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}

const tracked = new WeakMap<IncomingMessage, TrackedRequest>()

/** Numbers and not times, because clocks may differ. */
const moments = new WeakMap<IncomingMessage, number>()

/** What is known of a request that a `spillway` middleware has seen. */
export const scopeOf = (request: IncomingMessage): RequestScope | undefined => tracked.get(request)

/** When a request came that a `spillway` middleware has seen. */
export const momentOf = (request: IncomingMessage): number | undefined => moments.get(request)

/** Begins to look after a request, once. */
export const track = (request: IncomingMessage, response: ServerResponse, clock: Clock): TrackedRequest => {
  const known = tracked.get(request)
  if (known !== undefined) return known
  const scope = new TrackedRequest(response, clock)
  tracked.set(request, scope)
  moments.set(request, nextMoment())
  return scope
}
