import type { QueueCounts } from '../../queue/batch-queue.ts'
import { duration } from '../../words/durations.ts'
import { timeOfDay } from '../../words/instants.ts'

/** What calls wait for, by the policy in whose line they stand. */
const LINES: Readonly<Record<string, string>> = {
  failover: 'an endpoint that can answer',
  bulkhead: 'a free place',
  rateLimit: 'the quota',
  adaptiveConcurrency: 'a free place',
  circuitBreaker: 'the next probe',
}

/** The calls that wait, each for one thing. */
export class Waits {
  readonly #calls = new Map<number, string>()
  /** Until when calls wait for calm hours: milliseconds since 1970 UTC. */
  readonly #calm = new Map<number, number>()

  standsIn(call: number, policy: string): void {
    this.waitsFor(call, LINES[policy] ?? policy)
  }

  waitsFor(call: number, why: string): void {
    this.over(call)
    this.#calls.set(call, why)
  }

  /** For calm hours, as things stand. */
  deferred(call: number, until: number): void {
    this.over(call)
    this.#calm.set(call, until)
  }

  over(call: number): void {
    this.#calls.delete(call)
    this.#calm.delete(call)
  }

  /** When the first of those that wait for calm hours starts; `undefined` where none does. */
  get calmAt(): number | undefined {
    let first: number | undefined
    for (const until of this.#calm.values()) first = Math.min(first ?? until, until)
    return first
  }

  /** How many there are, by what they wait for. */
  byReason(): Map<string, number> {
    const reasons = new Map<string, number>()
    for (const why of this.#calls.values()) reasons.set(why, (reasons.get(why) ?? 0) + 1)
    // Each starts a little later than the one before it.
    const { calmAt } = this
    if (calmAt !== undefined) reasons.set(`off-peak hours from ${timeOfDay(calmAt)}`, this.#calm.size)
    return reasons
  }
}

/** What the items of a queue wait for, as far as the queue knows. */
export function waitsIn({ waiting, delayed, pausedMs }: QueueCounts): Map<string, number> {
  const paused = `the quota, for which the queue pauses for ${duration(pausedMs)}`
  const waits = new Map([
    [pausedMs > 0 ? paused : 'a worker', waiting],
    ['their next try', delayed],
  ])
  for (const [why, number] of waits) if (number === 0) waits.delete(why)
  return waits
}
