import type { Clock, Random, Timer } from '@spillway/core'

const FIRST_PROBE_MS = 500
const GROWTH = 2

interface AvailabilityOptions {
  readonly failures: number
  readonly maxProbeMs: number
  readonly clock: Clock
  readonly random: Random
  /** Asks for something that is always there. Rejects when that fails. */
  readonly probe: () => Promise<unknown>
  readonly onDown: (reason: string) => void
  readonly onUp: (downMs: number) => void
}

/**
 * Whether Redis is worth asking. After some failures in a row nobody asks, so that a dead one costs no call its deadline; one
 * probe at a time finds out when it is back. The times between probes are jittered: not all processes return in one moment.
 */
export class Availability {
  readonly #options: AvailabilityOptions
  #failed = 0
  #downSince: number | undefined
  #timer: Timer | undefined

  constructor(options: AvailabilityOptions) {
    this.#options = options
  }

  get up(): boolean {
    return this.#downSince === undefined
  }

  succeeded(): void {
    this.#failed = 0
  }

  failed(reason: string): void {
    const { failures, clock, onDown } = this.#options
    this.#failed++
    if (!this.up || this.#failed < failures) return
    this.#downSince = clock.now()
    this.#probeAfter(FIRST_PROBE_MS)
    onDown(reason)
  }

  dispose(): void {
    this.#timer?.cancel()
  }

  #probeAfter(ms: number): void {
    const { clock, random, probe, maxProbeMs } = this.#options
    const next = Math.min(ms, maxProbeMs)
    this.#timer = clock.setTimer(next * (0.5 + random()), () => {
      probe().then(
        () => this.#recovered(),
        () => this.#probeAfter(next * GROWTH),
      )
    })
    // Nobody waits for it.
    this.#timer.unref()
  }

  #recovered(): void {
    const { clock, onUp } = this.#options
    const downMs = clock.now() - (this.#downSince ?? 0)
    this.#failed = 0
    this.#downSince = undefined
    onUp(downMs)
  }
}
