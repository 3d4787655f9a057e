import { AsyncResource, executionAsyncId } from 'node:async_hooks'
import type { Body } from './body.ts'
import { CallContext } from './call-context.ts'
import { judgeError, judgeValue } from './classifier.ts'
import { errorNameOf, type AttemptCommitted, type AttemptCompleted, type AttemptStarted } from './events.ts'
import { leaveGate, leaveGates, progressGates, releaseGate, releaseGates, reportToGates } from './gate-hooks.ts'
import { Orphan } from './orphan.ts'
import { failure, success, type Failure, type Outcome } from './outcome.ts'
import type { Gate, Next, Progress } from './policy.ts'
import type { ProviderReport } from './provider-report.ts'
import { climb, type Climber, type Reactions } from './reactions.ts'
import { isSpillwayError, type RejectedError } from './spillway-error.ts'
import { CANCELED, REQUEST_FAILED, SUCCESS, type Verdict } from './verdict.ts'

/** How an abort looks from inside: our own limits say what they mean, everything else is the caller's wish. */
export const aborted = (reason: unknown): Failure =>
  failure(reason, isSpillwayError(reason) ? reason.verdict : CANCELED)

/** Neighbouring gates, what they guard, and who reacts to how it ended. Made once, when a pipeline is composed. */
export interface Segment {
  readonly gates: readonly Gate[]
  /** The places of those that hear when the work has really ended, the innermost first. */
  readonly released: readonly number[]
  /** The next policy; `undefined`: the operation itself. */
  readonly inner: Next<unknown> | undefined
  /** From the innermost outwards. */
  readonly reactions: Reactions
}

/**
 * One trip through neighbouring gates, with what they guard in the middle: the operation itself, or the next policy.
 * It is the context that the middle gets, and the one place where an attempt is run, ended and accounted for.
 */
export class GateRun extends CallContext implements Climber {
  readonly #segment: Segment
  /** Who waits for the outcome; `undefined`: the caller itself. */
  readonly #resolve: ((outcome: Outcome<unknown>) => void) | undefined
  #entered = 0
  #outcome: Outcome<unknown> | undefined
  #left = false
  /** Whether the work in the middle has begun and not really ended. */
  #working = false
  /** Whether content has come. */
  #flowed = false
  /** Whether the operation ran: refused tries are not attempts. */
  #attempted = false
  /** Set while the operation is at work and nobody waits for it any more. */
  #orphan: Orphan | undefined
  /** Where `AsyncLocalStorage` has the caller's stores; kept only where something may run again from here. */
  readonly #home: AsyncResource | undefined

  constructor(segment: Segment, parent: CallContext, resolve: ((outcome: Outcome<unknown>) => void) | undefined) {
    super(parent)
    this.#segment = segment
    this.#resolve = resolve
    this.#home = segment.reactions.length > 0 ? new AsyncResource('SpillwayCall', executionAsyncId()) : undefined
  }

  /** @param now the clock's present, which whoever starts it has just read */
  start(now: number): void {
    if (this.aborted) return this.#settle(aborted(this.reason))
    this.startedAt = now
    this.#enter()
  }

  override progress(progress: Progress): void {
    if (this.aborted) return
    if (progress === 'content') this.#flowed = true
    if (!this.#left) progressGates(this.#segment.gates, this.#entered, this, progress)
    super.progress(progress)
  }

  override providerSaid(report: ProviderReport): void {
    reportToGates(this.#segment.gates, this.#entered, this, report)
    super.providerSaid(report)
  }

  /** The context ended: the caller is freed at once, whatever the middle does. */
  protected override onAborted(reason: unknown): void {
    if (this.#outcome === undefined) {
      if (this.#attempted && isSpillwayError(reason)) this.call.lastError = reason
      const outcome = aborted(reason)
      this.#outcome = outcome
      this.#leave(outcome)
      // Everybody hears of the end first: whoever reacts to it may begin the next attempt in the same tick.
      queueMicrotask(() => this.#handOverAtHome(outcome))
    } else if (!this.#left) this.#leave(aborted(reason))
    if (this.#working && this.#segment.inner === undefined) this.#orphan = new Orphan(this)
  }

  #enter(): void {
    const { gates } = this.#segment
    for (let gate = gates[this.#entered]; gate !== undefined; gate = gates[this.#entered]) {
      let answer: ReturnType<Gate['enter']>
      try {
        answer = gate.enter(this)
      } catch (error) {
        return this.#settle(failure(error, REQUEST_FAILED))
      }
      if (answer === undefined) {
        // A gate may have ended the context itself, as a deadline that has already passed does.
        if (this.#outcome !== undefined) return this.#giveBack(gate, this.#outcome)
        this.#entered++
      } else if ('then' in answer) return this.#wait(gate, answer)
      // Refused in the moment in which it began.
      else return this.#settle(failure(answer, answer.verdict), this.startedAt)
    }
    this.#work()
  }

  #wait(gate: Gate, answer: PromiseLike<undefined | RejectedError>): void {
    answer.then(
      (late) => this.#admitted(gate, late),
      (error: unknown) => this.#settle(failure(error, REQUEST_FAILED)),
    )
  }

  #admitted(gate: Gate, refusal: RejectedError | undefined): void {
    if (this.#outcome !== undefined) {
      if (refusal === undefined) this.#giveBack(gate, this.#outcome)
    } else if (refusal !== undefined) this.#settle(failure(refusal, refusal.verdict))
    else {
      this.#entered++
      // What waited in line begins now: the limits of the gates further in are not used up by the wait.
      this.startedAt = this.call.clock.now()
      this.#enter()
    }
  }

  #work(): void {
    this.#working = true
    if (this.#segment.inner !== undefined) {
      void this.#segment.inner(this).then((outcome) => this.#answered(outcome))
      return
    }
    this.#attempted = true
    this.attempt = this.call.began()
    for (let above = this.parent; above !== undefined; above = above.parent) above.attemptBegan(this)
    this.emit<AttemptStarted>({ type: 'attempt.started' })
    let result: PromiseLike<unknown>
    try {
      result = this.call.operation(this)
    } catch (error) {
      return this.#failed(error)
    }
    // A plain value is a mistake in types only: it is as good as a promise of it.
    Promise.resolve(result).then(
      (value) => this.#gave(value),
      (error: unknown) => this.#failed(error),
    )
  }

  #gave(value: unknown): void {
    const { body } = this
    if (body !== undefined && !body.ended) return this.#opened(value, body)
    // A stream that broke before anybody saw any of it.
    if (body?.outcome?.ok === false) return this.#failed(body.outcome.error, body.outcome.verdict)
    this.#workEnded()
    if (this.#outcome !== undefined) return
    const verdict = judgeValue(value, this)
    this.#settle(success(value, verdict), this.#answeredNow(verdict))
  }

  /** The beginning of a stream is here. */
  #opened(value: unknown, body: Body): void {
    // Too late: nobody reads it, and its work ends when it does.
    if (this.#outcome !== undefined) return body.onEnd(() => this.#workEnded())
    this.#answeredNow(SUCCESS)
    this.#hold(success(value, SUCCESS, body), body)
    this.emit<AttemptCommitted>({ type: 'attempt.committed' })
  }

  #answeredNow({ kind }: Verdict): number {
    const now = this.call.clock.now()
    if (kind === 'success') this.call.answerMs = now - this.startedAt
    return now
  }

  #failed(error: unknown, verdict?: Verdict): void {
    this.#workEnded()
    if (this.#outcome !== undefined) return
    const { call } = this
    call.lastError = error
    this.#settle(failure(error, verdict ?? judgeError(error, this)))
  }

  /** The next policy answered. */
  #answered(outcome: Outcome<unknown>): void {
    this.#working = false
    if (this.#outcome !== undefined) this.#releaseWhenIdle()
    else if (outcome.body === undefined) this.#settle(outcome)
    else this.#hold(outcome, outcome.body)
  }

  /** A body that is still being read keeps the gates' places. */
  #hold(outcome: Outcome<unknown>, body: Body): void {
    this.#outcome = outcome
    // Before anybody above hears of the body: ends are told from the inside out.
    body.onEnd((last) => {
      if (!this.#left) this.#leave(last)
      if (this.#segment.inner === undefined) this.#workEnded()
    })
    this.#handOver(outcome)
  }

  #settle(outcome: Outcome<unknown>, now?: number): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    this.#leave(outcome, now)
    this.#handOver(outcome)
  }

  /** After an end from outside: what reacts to it runs in the call's own context, not in that of a timer which calls share. */
  #handOverAtHome(outcome: Outcome<unknown>): void {
    if (this.#home === undefined) this.#handOver(outcome)
    else this.#home.runInAsyncScope(() => this.#handOver(outcome))
  }

  /** Up through whoever reacts, to whoever waits. */
  #handOver(outcome: Outcome<unknown>): void {
    const { reactions } = this.#segment
    if (reactions.length === 0) this.arrive(outcome)
    else climb(outcome, reactions, this.parent as CallContext, this)
  }

  arrive(outcome: Outcome<unknown>): void {
    if (this.#resolve === undefined) this.call.finish(outcome)
    else this.#resolve(outcome)
  }

  #leave(outcome: Outcome<unknown>, now = this.call.clock.now()): void {
    this.#left = true
    this.endedAt = now
    if (this.#attempted && this.listening) this.#report(outcome)
    // Another attempt may follow: until its content, the silence outside is not that of a stream.
    if (this.#flowed) this.parent?.progress('paused')
    leaveGates(this.#segment.gates, this.#entered, this, outcome)
    this.#releaseWhenIdle()
  }

  /** Places that stand for the work itself are held until it has really ended. */
  #releaseWhenIdle(): void {
    if (this.#working || !this.#left) return
    if (this.#segment.inner === undefined || this.call.running === 0) this.#release()
    else this.#releaseLater()
  }

  #releaseLater(): void {
    this.call.whenIdle(() => this.#release())
  }

  #release(): void {
    const { gates, released } = this.#segment
    const held = this.#entered
    this.#entered = 0
    releaseGates(gates, released, held, this)
    this.detach()
  }

  #giveBack(gate: Gate, outcome: Outcome<unknown>): void {
    leaveGate(gate, this, outcome)
    releaseGate(gate, this)
  }

  #workEnded(): void {
    this.#working = false
    this.#orphan?.ended()
    this.call.ended()
    if (this.#left) this.#releaseWhenIdle()
  }

  #report(outcome: Outcome<unknown>): void {
    this.emit<AttemptCompleted>({
      type: 'attempt.completed',
      verdict: outcome.verdict,
      durationMs: this.endedAt - this.startedAt,
      ...errorNameOf(outcome),
    })
  }
}
