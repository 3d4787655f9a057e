import { Call, type SeveralExecutions } from '../kernel/call.ts'
import { aborted } from '../kernel/gate-run.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import type { Outcome } from '../kernel/outcome.ts'
import type { Operation } from '../kernel/policy.ts'
import type { AttachedPlugins } from './attached-plugins.ts'
import type { CallStarted } from './call-events.ts'
import { endedAlready, followCaller, type CallerOptions } from './caller.ts'
import type { Generation } from './generation.ts'
import type { Generations } from './generations.ts'

/** What of a pipeline is needed to run a call through it. */
interface CallHost {
  readonly generations: Pick<Generations, 'current'>
  readonly plugins: AttachedPlugins
  readonly nextId: () => number
}

/** Several executions that count as one call. Made by {@link openCall}. */
export interface OpenCall {
  /** Says that no more executions come: the call is over when the last one is. To be called on every way out. */
  end(): void
  /** Ends what is at work, and the call with it. Once the call is over it does nothing. */
  abort(reason: unknown): void
}

/** An open call as a pipeline sees it. */
export interface ExecutableCall extends OpenCall {
  execute<R>(host: CallHost, operation: Operation<R>, options: CallerOptions): Promise<R>
}

/**
 * A call that takes more than one execution: an answer that is put together from several requests. Its executions follow
 * one another through one pipeline and share one number, one `totalMs`, one `maxAttempts` and `maxRerolls`, the values of
 * the call, and one `call.started` and `call.completed`, which counts all attempts.
 *
 * A `totalMs` that passes ends the call: what is executed afterwards is refused with the same error.
 *
 * ```ts
 * import { openCall, pipeline, retry, timeout } from '@spillway/core'
 *
 * const calls = pipeline([timeout({ totalMs: 180_000 }), retry()])
 * calls.events.subscribe((event) => event.type === 'call.completed' && console.log(event.attempts))
 * const within = openCall()
 * const first = await calls.execute(async () => 'Once upon', { within })
 * const second = await calls.execute(async () => ' a time', { within })
 * within.end() // => 2
 * console.log(first + second) // => Once upon a time
 * ```
 */
export const openCall = (): OpenCall => new SeveralInOne()

class SeveralInOne implements ExecutableCall, SeveralExecutions {
  #host: CallHost | undefined
  #call: Call | undefined
  #generation: Generation | undefined
  #last: Outcome<unknown> | undefined
  /** Executions that have not ended, their bodies included. */
  #running = 0
  /** Whether somebody waits for the outcome of one. */
  #waiting = false
  #ended = false
  #listeners: (() => void)[] = []

  whenOver(listener: () => void): void {
    this.#listeners.push(listener)
  }

  end(): void {
    this.#ended = true
    this.#completeWhenOver()
  }

  abort(reason: unknown): void {
    this.#ended = true
    this.#call?.abort(reason)
    this.#refused(reason)
    this.#completeWhenOver()
  }

  async execute<R>(host: CallHost, operation: Operation<R>, options: CallerOptions): Promise<R> {
    if (this.#waiting || this.#ended || (this.#host ?? host).generations !== host.generations)
      throw new InvalidOptionsError(
        'execute.within',
        this,
        'an open call of this pipeline whose executions follow one another',
      )
    const gone = endedAlready(options)
    if (gone !== undefined) throw this.#refused(gone.reason)
    const first = this.#call === undefined
    const call = this.#call ?? this.#begin(host, options)
    if (call.aborted) throw this.#refused(call.reason)
    call.operation = host.plugins.around(operation)
    call.classifier = options.classifier ?? call.origin.classifier
    call.repeatable = options.repeatable ?? true
    for (const [key, value] of options.values ?? []) call.set(key, value)
    this.#waiting = true
    let outcome: Promise<Outcome<unknown>> | undefined
    const run = (): void => void (outcome = this.#run(call, options))
    if (first && host.plugins.aroundCalls) host.plugins.begin(call, run)
    else run()
    const { ok, value, error } = (await outcome) as Settled<R>
    this.#waiting = false
    if (ok) return value
    throw error
  }

  /** What ended between two executions ended the call. */
  #refused(reason: unknown): unknown {
    if (this.#last !== undefined && this.#running === 0) this.#last = aborted(reason)
    return reason
  }

  #begin(host: CallHost, options: CallerOptions): Call {
    const generation = host.generations.current
    const call = new Call(host.nextId(), generation, never, options, nothing, nothing)
    call.several = this
    this.#host = host
    this.#generation = generation
    this.#call = call
    generation.inFlight++
    call.emit<CallStarted>({ type: 'call.started' })
    return call
  }

  async #run(call: Call, options: CallerOptions): Promise<Outcome<unknown>> {
    const branch = call.child()
    const unfollow = followCaller(branch, options)
    this.#running++
    const ended = (last: Outcome<unknown>): void => {
      unfollow?.()
      branch.detach()
      this.#running--
      this.#last = last
      this.#completeWhenOver()
    }
    const outcome = await (this.#generation as Generation).runFor(call, options)(branch)
    if (outcome.body === undefined) ended(outcome)
    else outcome.body.onEnd(ended)
    return outcome
  }

  /** Over: nothing is at work, and nothing more comes, because its owner says so or because its time is up. */
  #completeWhenOver(): void {
    const call = this.#call
    const outcome = this.#last
    if (call === undefined || outcome === undefined || this.#running > 0 || !(this.#ended || call.aborted)) return
    const listeners = this.#listeners
    this.#listeners = []
    this.#last = undefined
    for (const listener of listeners) listener()
    call.origin.completed(call, outcome)
  }
}

type Settled<R> = { ok: true; value: R; error?: undefined } | { ok: false; value?: undefined; error: unknown }

const nothing = (): void => {}
/** Stands until the first operation is known, which is before anything runs. */
const never = (): Promise<never> => new Promise(nothing)
