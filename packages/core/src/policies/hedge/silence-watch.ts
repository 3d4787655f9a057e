import type { Clock, Timer } from '../../kernel/clock.ts'
import type { AnswerTimes } from './answer-times.ts'
import type { Branch } from './branch.ts'
import type { Patience } from './patience.ts'

/** Hears of a silence that is too long. Gives back in how many milliseconds to ask again; 0 or `Infinity`: no need to. */
export type Silent = (branch: Branch, silentMs: number) => number

const ENDLESS: Patience = { overtakenMs: Infinity, silentMs: Infinity }

/**
 * Watches over all that is sent to one endpoint. Attempts stand in the order in which they were sent, so that one timer
 * for the first of them serves all, and a call that is answered in time touches no timer.
 */
export class SilenceWatch {
  readonly #own: AnswerTimes
  readonly #all: AnswerTimes
  readonly #silent: Silent
  /** When the newest of those attempts was sent that were answered. */
  #answeredSentAt = -Infinity
  #first: Branch | undefined
  #last: Branch | undefined
  #timer: Timer | undefined
  #dueAt = Infinity
  #disposed = false

  /**
   * @param own how long the endpoint's answers take
   * @param all how long all answers take, while the endpoint's own are too few
   * @param silent hears of silences that are too long
   */
  constructor(own: AnswerTimes, all: AnswerTimes, silent: Silent) {
    this.#own = own
    this.#all = all
    this.#silent = silent
  }

  get empty(): boolean {
    return this.#first === undefined
  }

  get patience(): Patience {
    return this.#own.patience ?? this.#all.patience ?? ENDLESS
  }

  /** An attempt was sent. */
  add(branch: Branch, clock: Clock): void {
    branch.watched = true
    branch.askAgainAt = 0
    branch.before = this.#last
    branch.after = undefined
    if (this.#last === undefined) {
      this.#first = branch
      this.#timer?.ref()
    } else this.#last.after = branch
    this.#last = branch
    const dueAt = branch.sentAt + this.patience.overtakenMs
    if (dueAt < this.#dueAt) this.#arm(dueAt, branch.sentAt, clock)
  }

  /** It need not be watched any more. */
  remove(branch: Branch): void {
    if (!branch.watched) return
    branch.watched = false
    if (branch.before === undefined) this.#first = branch.after
    else branch.before.after = branch.after
    if (branch.after === undefined) this.#last = branch.before
    else branch.after.before = branch.before
    branch.before = undefined
    branch.after = undefined
    // The timer stays: the next call needs it, and clearing one per call costs more than one that finds nothing to do.
    if (this.#first !== undefined) return
    if (this.#disposed) this.#stop()
    else this.#timer?.unref()
  }

  /** An attempt that was sent at `sentAt` has answered. */
  answered(sentAt: number, answerMs: number, clock: Clock): void {
    const now = sentAt + answerMs
    this.#own.add(answerMs, now)
    if (sentAt > this.#answeredSentAt) this.#answeredSentAt = sentAt
    const first = this.#first
    if (first === undefined || first.sentAt >= sentAt) return
    if (first.sentAt + this.patience.overtakenMs <= now) this.look(clock)
  }

  /** Ends the timer when nothing is watched any more, at once where nothing is. */
  dispose(): void {
    this.#disposed = true
    if (this.#first === undefined) this.#stop()
  }

  /** Asks what to do about those that have been silent for too long, and sets the timer for the next. */
  look(clock: Clock): void {
    const now = clock.now()
    const due: Branch[] = []
    this.#nextDueAt(now, due)
    for (const branch of due) {
      // What was done about one may have ended another.
      if (!branch.watched) continue
      const askAgainMs = this.#silent(branch, now - branch.silentSince)
      if (askAgainMs === 0 || askAgainMs === Infinity) this.remove(branch)
      else branch.askAgainAt = now + askAgainMs
    }
    this.#arm(this.#nextDueAt(now), now, clock)
  }

  /** When the first of those is due that are not yet; collects those that are. Who was sent last need not be looked at. */
  #nextDueAt(now: number, due?: Branch[]): number {
    const { overtakenMs, silentMs } = this.patience
    let nextDueAt = Infinity
    for (let branch = this.#first; branch !== undefined; branch = branch.after) {
      if (branch.sentAt + overtakenMs > now) return Math.min(nextDueAt, branch.sentAt + overtakenMs)
      const patienceMs = this.#answeredSentAt > branch.sentAt ? overtakenMs : silentMs
      const dueAt = Math.max(branch.silentSince + patienceMs, branch.askAgainAt)
      if (dueAt <= now && due !== undefined) due.push(branch)
      else nextDueAt = Math.min(nextDueAt, dueAt)
    }
    return nextDueAt
  }

  #arm(dueAt: number, now: number, clock: Clock): void {
    this.#stop()
    if (dueAt === Infinity) return
    this.#dueAt = dueAt
    // Rounded up: a timer must not find its instant a rounding error ahead, again and again.
    this.#timer = clock.setTimer(Math.ceil(dueAt - now), () => {
      this.#timer = undefined
      this.#dueAt = Infinity
      this.look(clock)
    })
    if (this.#first === undefined) this.#timer.unref()
  }

  #stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#dueAt = Infinity
  }
}
