import { CircuitState, type IBreaker } from 'cockatiel'
import { isTimedBreaker, type BreakerFinding, type TimedBreaker } from './timed-breaker.ts'

/** What a circuit counts with: one way to ask strategies that know the time and those that do not. */
export class Strategy {
  readonly #breaker: IBreaker
  readonly #timed: TimedBreaker | undefined

  constructor(breaker: IBreaker) {
    this.#breaker = breaker
    this.#timed = isTimedBreaker(breaker) ? breaker : undefined
  }

  /** Counts one call. Says what speaks for opening. */
  count(kind: 'success' | 'failure', admittedAt: number, now: number): BreakerFinding {
    if (this.#timed !== undefined) return this.#timed.record({ kind, durationMs: now - admittedAt, now })
    const breaker = this.#breaker
    if (kind === 'failure') return breaker.failure(CircuitState.Closed) ? 'failures' : undefined
    breaker.success(CircuitState.Closed)
    return undefined
  }

  /** Begins anew: cockatiel's strategies forget when a probe succeeds. */
  reset(): void {
    this.#breaker.success(CircuitState.HalfOpen)
  }

  save(): unknown {
    return structuredClone(this.#breaker.state)
  }

  /**
   * Takes over what another one of its kind has counted. Says whether it could.
   *
   * @param ageMs how long ago that was
   */
  restore(saved: unknown, ageMs: number): boolean {
    const breaker = this.#breaker
    const forgotten = isTimedBreaker(breaker) && ageMs >= breaker.windowMs
    if (saved === undefined || forgotten) return true
    if (!sameShape(breaker.state, saved)) return false
    try {
      breaker.state = structuredClone(saved)
      return true
    } catch {
      return false
    }
  }
}

/**
 * Whether what was saved looks like what a strategy counts now: the same fields, the same lengths, and numbers where
 * numbers are. cockatiel's strategies take over whatever they are given, a ring of another size as well. What begins empty
 * may have grown.
 */
const sameShape = (now: unknown, saved: unknown): boolean => {
  if (typeof now === 'number') return Number.isFinite(saved)
  // A place of a ring that is still empty.
  if (now === null) return saved === null || typeof saved === 'boolean' || Number.isFinite(saved)
  if (typeof now !== 'object') return typeof now === typeof saved
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved) !== Array.isArray(now)) return false
  if (Array.isArray(now) && now.length === 0) return true
  const [keys, savedKeys] = [Object.keys(now), Object.keys(saved)]
  return (
    keys.length === savedKeys.length &&
    keys.every((key) => sameShape((now as Record<string, unknown>)[key], (saved as Record<string, unknown>)[key]))
  )
}
