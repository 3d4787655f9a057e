import { MovingQuantile } from '../../primitives/moving-quantile.ts'
import type { Patience, PatienceOf } from './patience.ts'

/** How many recent answers say how long one takes. */
const ANSWERS_REMEMBERED = 64
/** Sorting them for each answer would cost a quick call more than the call itself. */
const LEAST_BETWEEN_LOOKS_MS = 250

/** How long recent answers took, and what follows from it. */
export class AnswerTimes {
  readonly #answers = new MovingQuantile(ANSWERS_REMEMBERED)
  readonly #patienceOf: PatienceOf
  #patience: Patience | undefined
  #lookedAt = -Infinity

  constructor(patienceOf: PatienceOf) {
    this.#patienceOf = patienceOf
    this.#patience = patienceOf(this.#answers)
  }

  /** `undefined` while the answers are too few. */
  get patience(): Patience | undefined {
    return this.#patience
  }

  add(answerMs: number, now: number): void {
    this.#answers.add(answerMs)
    if (this.#patience !== undefined && now - this.#lookedAt < LEAST_BETWEEN_LOOKS_MS) return
    this.#lookedAt = now
    this.#patience = this.#patienceOf(this.#answers)
  }
}
