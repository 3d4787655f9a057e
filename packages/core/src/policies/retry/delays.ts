import type { IBackoff } from 'cockatiel'
import type { CallContext } from '../../kernel/call-context.ts'
import type { Outcome } from '../../kernel/outcome.ts'
import type { VerdictKind } from '../../kernel/verdict.ts'
import { DEFAULT_BACKOFFS, type Backoff, type RetryBackoffContext } from './backoff.ts'
import { drawDelay, type Jitter } from './jitter.ts'

/** A wait the server asked for is stretched by up to this share, so that callers with the same hint do not return together. */
const HINT_SPREAD_RATIO = 0.2

interface DelaysOptions {
  /** Whose delays they are, for diagnostics. */
  readonly name: string
  readonly backoff: Backoff | undefined
  readonly jitter: Jitter
}

/** How far a sequence of delays has come. */
interface Sequence {
  readonly step: IBackoff<RetryBackoffContext>
  readonly firstMs: number
  lastMs: number
}

/** The delays of one call: a sequence of its own for each kind of failure, so that one kind does not age another's. */
export class Delays {
  readonly #options: DelaysOptions
  readonly #sequences = new Map<VerdictKind | 'any', Sequence>()

  constructor(options: DelaysOptions) {
    this.#options = options
  }

  /** Milliseconds until the next try, never less than the server asked for. */
  next(outcome: Outcome<unknown>, attempt: number, context: CallContext): number {
    const { random } = context.call
    const sequence = this.#step(outcome, attempt, context)
    const { step, firstMs, lastMs } = sequence
    const delayMs = drawDelay(this.#options.jitter, step.duration, firstMs, lastMs, random)
    sequence.lastMs = delayMs
    const hintMs = outcome.verdict.retryAfterMs ?? 0
    return hintMs > 0 ? Math.max(delayMs, hintMs * (1 + HINT_SPREAD_RATIO * random())) : delayMs
  }

  #step(outcome: Outcome<unknown>, attempt: number, context: CallContext): Sequence {
    const { kind } = outcome.verdict
    const { name, backoff } = this.#options
    const about: RetryBackoffContext = {
      attempt,
      get signal() {
        return context.signal
      },
      result: outcome.ok ? { value: outcome.value } : { error: outcome.error },
      verdict: kind,
    }
    if (backoff !== undefined) {
      try {
        return this.#advance('any', backoff, about)
      } catch (thrown) {
        context.report(`${name}.backoff`, thrown)
      }
    }
    return this.#advance(kind, DEFAULT_BACKOFFS[kind] ?? DEFAULT_BACKOFFS.transient, about)
  }

  #advance(key: VerdictKind | 'any', start: Backoff, about: RetryBackoffContext): Sequence {
    const before = this.#sequences.get(key)
    const step = (before?.step ?? start).next(about)
    // Backoffs are handed in: one that has run out of numbers must not become a loop without a delay.
    if (!(step?.duration >= 0)) throw new RangeError('A backoff gave a delay that is not a number of at least 0.')
    const sequence = { step, firstMs: before?.firstMs ?? step.duration, lastMs: before?.lastMs ?? 0 }
    this.#sequences.set(key, sequence)
    return sequence
  }
}
