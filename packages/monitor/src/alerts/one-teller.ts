import type { Clock, Leases } from '@spillway/core'
import type { Alert } from './alert-rule.ts'
import { keyOf } from './told-alerts.ts'

/** A lease outlives this many looks of the monitor that renews it. */
const LOOKS = 3
/** And the time in which processes come to see the end of the same thing: what one has ended no other begins anew. */
const SHORTEST_LEASE_MS = 120_000
/** How long the question may take: people are rather told twice than late. */
const DEADLINE_MS = 2000

/**
 * Which of several processes that watch the same tells people: the one that has an alert's lease. It renews the lease as long as the
 * alert fires and lets it run out afterwards. Where it dies, the next one that still sees it begins to tell.
 */
export class OneTeller {
  readonly #leases: Leases
  readonly #clock: Clock
  readonly #leaseMs: number
  readonly #me = crypto.randomUUID()

  /** @param everyMs how often the monitor looks */
  constructor(leases: Leases, clock: Clock, everyMs: number) {
    this.#leases = leases
    this.#clock = clock
    this.#leaseMs = Math.max(SHORTEST_LEASE_MS, LOOKS * everyMs)
  }

  /** Takes the lease of an alert, or renews it. Resolves with whether it is ours, which it is as well where nobody can say. */
  async has(alert: Alert): Promise<boolean> {
    let timer: { cancel(): void } | undefined
    const late = new Promise<number>((resolve) => {
      timer = this.#clock.setTimer(DEADLINE_MS, () => resolve(0))
    })
    try {
      return (await Promise.race([this.#leases.take(keyOf(alert), this.#me, this.#leaseMs), late])) <= 0
    } catch {
      return true
    } finally {
      timer?.cancel()
    }
  }
}
