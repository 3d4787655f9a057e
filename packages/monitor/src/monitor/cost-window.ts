import type { Clock, SpillwayEvent } from '@spillway/core'

const MINUTE_MS = 60_000
const MINUTES = 60

type AttemptAccounted = Extract<SpillwayEvent, { type: 'attempt.accounted' }>

/** What attempts of the last hour cost. */
export class CostWindow {
  readonly #clock: Clock
  readonly #minutes = new Float64Array(MINUTES)
  #latest = -Infinity
  /** An attempt is told of by its account and by a policy, one after the other. */
  #last: string | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  hear({ cost, billed, pipeline, callId, attempt }: AttemptAccounted): void {
    const key = `${callId} ${attempt} ${pipeline}`
    if (key === this.#last || cost === undefined || billed === 'no') return
    this.#last = key
    this.#forget()
    const place = this.#latest % MINUTES
    this.#minutes[place] = (this.#minutes[place] ?? 0) + cost
  }

  get lastHour(): number {
    this.#forget()
    return this.#minutes.reduce((sum, minute) => sum + minute, 0)
  }

  #forget(): void {
    const minute = Math.max(0, Math.floor(this.#clock.now() / MINUTE_MS))
    if (minute <= this.#latest) return
    for (let passed = Math.max(this.#latest + 1, minute - MINUTES + 1); passed <= minute; passed++)
      this.#minutes[passed % MINUTES] = 0
    this.#latest = minute
  }
}
