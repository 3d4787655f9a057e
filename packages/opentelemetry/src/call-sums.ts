import type { SpillwayEvent } from '@spillway/core'

/** What is counted of one call while it is under way. */
export class CallSums {
  retries = 0
  hedges = 0
  failovers = 0
  retryDelayMs = 0
  /** What its attempts cost; `undefined`: nobody keeps an account of it. */
  cost: number | undefined
  /** Where its last attempt went. */
  endpoint: string | undefined
  /** How long at least one attempt was at work. */
  #workedMs = 0
  #atWork = 0
  #workingSince = 0

  heard(event: SpillwayEvent): void {
    if (event.type === 'attempt.started') {
      if (this.#atWork++ === 0) this.#workingSince = event.at
      this.endpoint = event.endpoint
    } else if (event.type === 'attempt.completed') {
      if (--this.#atWork === 0) this.#workedMs += event.at - this.#workingSince
    } else if (event.type === 'retry.scheduled') {
      this.retries++
      this.retryDelayMs += event.delayMs
    } else if (event.type === 'hedge.started') this.hedges++
    else if (event.type === 'endpoint.failed_over') this.failovers++
    else if (event.type === 'attempt.accounted' && event.cost !== undefined) this.cost = (this.cost ?? 0) + event.cost
  }

  /** How long some attempt was at work until `now`: the rest of a call's time is spent waiting. */
  workedMs(now: number): number {
    return this.#workedMs + (this.#atWork > 0 ? now - this.#workingSince : 0)
  }
}
