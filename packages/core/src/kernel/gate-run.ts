import { CallContext, type ContextOwner } from './call-context.ts'
import { judgeError, judgeValue } from './classifier.ts'
import type { Timer } from './clock.ts'
import type { AttemptCommitted, AttemptCompleted, AttemptOrphaned, AttemptStarted } from './events.ts'
import { leaveGate, leaveGates, progressGates, releaseGate, releaseGates } from './gate-hooks.ts'
import { failure, success, type Failure, type Outcome } from './outcome.ts'
import type { Gate, Next, Progress } from './policy.ts'
import { isSpillwayError, type RejectedError } from './spillway-error.ts'
import { CANCELED, REQUEST_FAILED, SUCCESS, type Verdict } from './verdict.ts'

/** What is abandoned gets this long to hear the signal before it counts as an orphan. */
const ORPHAN_GRACE_MS = 100

/** How an abort looks from inside: our own limits say what they mean, everything else is the caller's wish. */
export const aborted = (reason: unknown): Failure =>
  failure(reason, isSpillwayError(reason) ? reason.verdict : CANCELED)

/**
 * One trip through neighbouring gates, with what they guard in the middle: the operation itself, or the next policy.
 * The one place where an attempt is run, ended and accounted for.
 */
export class GateRun<R> implements ContextOwner {
  readonly #context: CallContext
  readonly #gates: readonly Gate[]
  readonly #inner: Next<R> | undefined
  #resolve!: (outcome: Outcome<R>) => void
  #entered = 0
  #outcome: Outcome<R> | undefined
  #left = false
  /** Whether the work in the middle has begun and not really ended. */
  #working = false
  /** Whether the operation ran: refused tries are not attempts. */
  #attempted = false
  #orphanTimer: Timer | undefined

  constructor(gates: readonly Gate[], inner: Next<R> | undefined, parent: CallContext) {
    this.#gates = gates
    this.#inner = inner
    this.#context = new CallContext(parent.call, parent)
  }

  start(): Promise<Outcome<R>> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      const context = this.#context
      if (context.aborted) return this.#settle(aborted(context.reason))
      context.owner = this
      context.startedAt = context.call.clock.now()
      this.#enter()
    })
  }

  /** The context ended: the caller is freed at once, whatever the middle does. */
  aborted(reason: unknown): void {
    if (this.#outcome === undefined) {
      if (this.#attempted && isSpillwayError(reason)) this.#context.call.lastError = reason
      this.#settle(aborted(reason))
    } else if (!this.#left) this.#leave(aborted(reason))
    if (this.#working && this.#inner === undefined) this.#watchOrphan()
  }

  progressed(progress: Progress): void {
    if (!this.#left) progressGates(this.#gates, this.#entered, this.#context, progress)
  }

  #enter(): void {
    const context = this.#context
    for (let gate = this.#gates[this.#entered]; gate !== undefined; gate = this.#gates[this.#entered]) {
      let answer: ReturnType<Gate['enter']>
      try {
        answer = gate.enter(context)
      } catch (error) {
        return this.#settle(failure(error, REQUEST_FAILED))
      }
      if (answer === undefined) {
        // A gate may have ended the context itself, as a deadline that has already passed does.
        if (this.#outcome !== undefined) return this.#giveBack(gate, this.#outcome)
        this.#entered++
      } else if ('then' in answer) {
        const waiting = gate
        answer.then(
          (late) => this.#admitted(waiting, late),
          (error: unknown) => this.#settle(failure(error, REQUEST_FAILED)),
        )
        return
      } else return this.#settle(failure(answer, answer.verdict))
    }
    this.#work()
  }

  #admitted(gate: Gate, refusal: RejectedError | undefined): void {
    if (this.#outcome !== undefined) {
      if (refusal === undefined) this.#giveBack(gate, this.#outcome)
    } else if (refusal !== undefined) this.#settle(failure(refusal, refusal.verdict))
    else {
      this.#entered++
      // What waited in line begins now: the limits of the gates further in are not used up by the wait.
      this.#context.startedAt = this.#context.call.clock.now()
      this.#enter()
    }
  }

  #work(): void {
    const context = this.#context
    this.#working = true
    if (this.#inner !== undefined) {
      this.#inner(context).then(
        (outcome) => this.#answered(outcome),
        // Policies never reject. One that does all the same ends its call, not the process.
        (error: unknown) => this.#answered(failure(error, REQUEST_FAILED)),
      )
      return
    }
    this.#attempted = true
    context.startedAt = context.call.clock.now()
    context.attempt = context.call.began()
    for (let above = context.parent; above !== undefined; above = above.parent) above.attempt = context.attempt
    context.emit<AttemptStarted>({ type: 'attempt.started' })
    let result: PromiseLike<unknown>
    try {
      result = context.call.operation(context)
    } catch (error) {
      return this.#failed(error)
    }
    // A plain value is a mistake in types only: it is as good as a promise of it.
    Promise.resolve(result).then(
      (value) => this.#gave(value as R),
      (error: unknown) => this.#failed(error),
    )
  }

  #gave(value: R): void {
    const { body, call } = this.#context
    const last = body?.outcome
    const open = body !== undefined && last === undefined
    // A stream that came too late: nobody reads it, and its work ends when it does.
    if (this.#outcome !== undefined) return open ? body.onEnd(() => this.#workEnded()) : this.#workEnded()
    // A stream that broke before anybody saw any of it.
    if (last?.ok === false) return this.#failed(last.error, last.verdict)
    const verdict = open ? SUCCESS : judgeValue(call.classifier, value, this.#broken)
    if (verdict.kind === 'success') call.answerMs = call.clock.now() - this.#context.startedAt
    if (!open) this.#workEnded()
    this.#answered(success(value, verdict, open ? body : undefined))
    if (open) this.#context.emit<AttemptCommitted>({ type: 'attempt.committed' })
  }

  #failed(error: unknown, verdict?: Verdict): void {
    this.#workEnded()
    if (this.#outcome !== undefined) return
    const { call } = this.#context
    call.lastError = error
    this.#settle(failure(error, verdict ?? judgeError(call.classifier, error, this.#broken)))
  }

  /** The middle answered. A body that is still being read keeps the gates' places. */
  #answered(outcome: Outcome<R>): void {
    if (this.#inner !== undefined) this.#working = false
    const { body } = outcome
    if (this.#outcome !== undefined) return this.#releaseWhenIdle()
    if (body === undefined) return this.#settle(outcome)
    this.#outcome = outcome
    this.#resolve(outcome)
    body.onEnd((last) => {
      if (!this.#left) this.#leave(last)
      if (this.#inner === undefined) this.#workEnded()
    })
  }

  #settle(outcome: Outcome<R>): void {
    if (this.#outcome !== undefined) return
    this.#outcome = outcome
    this.#leave(outcome)
    this.#resolve(outcome)
  }

  #leave(outcome: Outcome<unknown>): void {
    this.#left = true
    const context = this.#context
    if (this.#attempted && context.listening) this.#report(outcome)
    leaveGates(this.#gates, this.#entered, context, outcome)
    this.#releaseWhenIdle()
  }

  /** Places that stand for the work itself are held until it has really ended. */
  #releaseWhenIdle(): void {
    if (this.#working || !this.#left) return
    const context = this.#context
    const release = (): void => {
      const held = this.#entered
      this.#entered = 0
      releaseGates(this.#gates, held, context)
      context.detach()
    }
    if (this.#inner === undefined) release()
    else context.call.whenIdle(release)
  }

  #giveBack(gate: Gate, outcome: Outcome<unknown>): void {
    leaveGate(gate, this.#context, outcome)
    releaseGate(gate, this.#context)
  }

  #workEnded(): void {
    this.#working = false
    this.#orphanTimer?.cancel()
    this.#context.call.ended()
    if (this.#left) this.#releaseWhenIdle()
  }

  #watchOrphan(): void {
    const context = this.#context
    if (!context.listening) return
    this.#orphanTimer ??= context.call.clock.setTimer(ORPHAN_GRACE_MS, () =>
      context.emit<AttemptOrphaned>({ type: 'attempt.orphaned' }),
    )
    // It only watches: the process may end without it.
    this.#orphanTimer.unref()
  }

  #report(outcome: Outcome<unknown>): void {
    const context = this.#context
    context.emit<AttemptCompleted>({
      type: 'attempt.completed',
      verdict: outcome.verdict,
      durationMs: context.call.clock.now() - context.startedAt,
    })
  }

  readonly #broken = (thrown: unknown): void => this.#context.report('classifier', thrown)
}
