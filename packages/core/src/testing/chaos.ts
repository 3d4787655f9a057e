import type { CallContext } from '../kernel/call-context.ts'
import { checkDuration, checkFunction, checkKnown, checkRatio } from '../kernel/check-options.ts'
import { judgeError } from '../kernel/classifier.ts'
import { aborted } from '../kernel/gate-run.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import { failure, success, type Outcome } from '../kernel/outcome.ts'
import type { Next, Policy } from '../kernel/policy.ts'
import type { Random } from '../kernel/random.ts'

/** Options of {@link chaos}. */
export interface ChaosOptions<F = never> {
  /** Appears in descriptions. @default 'chaos' */
  readonly name?: string
  /** The share of runs that fail without asking anybody, from 0 to 1. @default 0 */
  readonly faultRatio?: number
  /** What a fault throws. @default a `ChaosError`, which counts as `transient` */
  readonly error?: (context: CallContext) => unknown
  /** The share of runs that get `result` without asking anybody, from 0 to 1. @default 0 */
  readonly resultRatio?: number
  /** The answer that takes the place of the real one; needed where `resultRatio` is above 0. */
  readonly result?: (context: CallContext) => F
  /** The share of runs that are delayed, from 0 to 1. @default 1 where `latencyMs` is set */
  readonly latencyRatio?: number
  /** The delay in milliseconds, or a function that draws one. @default 0 */
  readonly latencyMs?: number | ((random: Random) => number)
  /** Which runs it may touch: those of one endpoint, those of a test's tenant. @default all */
  readonly when?: (context: CallContext) => boolean
  /** The chance it draws by. @default the pipeline's, so that a seeded pipeline has the same faults each run */
  readonly random?: Random
}

/** What {@link chaos} throws unless told otherwise. */
export class ChaosError extends Error {
  override readonly name = 'ChaosError'

  constructor() {
    super('A fault that chaos() put here.')
  }
}

const KNOWN = ['name', 'faultRatio', 'error', 'resultRatio', 'result', 'latencyRatio', 'latencyMs', 'when', 'random']

/**
 * A policy that makes trouble: faults, delays and wrong answers at a seeded rate. Innermost it plays a bad provider, further
 * out a bad part of your own. What it answers itself asks nobody, so that it is no attempt in the sense of
 * `attempt.started`; every policy around it sees it like any other outcome.
 *
 * ```ts
 * import { constantBackoff, pipeline, retry } from '@spillway/core'
 * import { chaos, seededRandom } from '@spillway/core/testing'
 *
 * const trouble = chaos({ faultRatio: 0.5 })
 * const calls = pipeline([retry({ backoff: constantBackoff(0) }), trouble], { random: seededRandom(1) })
 * for (let i = 0; i < 100; i++) await calls.execute(async () => 'an image')
 * console.log(trouble.snapshot?.()) // => { passed: 100, faults: 99, results: 0, delays: 0 }
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range, or faults and results are more than all
 */
export const chaos = <F = never>(options: ChaosOptions<F> = {}): Policy<F> => {
  checkKnown('chaos', options, KNOWN)
  const { name = 'chaos', faultRatio = 0, resultRatio = 0, latencyMs = 0, result, random } = options
  const {
    error = () => new ChaosError(),
    when = () => true,
    latencyRatio = options.latencyMs === undefined ? 0 : 1,
  } = options
  for (const [key, ratio] of Object.entries({ faultRatio, resultRatio, latencyRatio }))
    checkRatio(`chaos.${key}`, ratio)
  if (faultRatio + resultRatio > 1)
    throw new InvalidOptionsError('chaos.resultRatio', resultRatio, `at most 1 - faultRatio (${1 - faultRatio})`)
  if (typeof latencyMs !== 'function') checkDuration('chaos.latencyMs', latencyMs)
  for (const [key, each] of Object.entries({ error, when })) checkFunction(`chaos.${key}`, each)
  checkFunction('chaos.result', result, resultRatio === 0)
  checkFunction('chaos.random', random, true)
  const seen = { passed: 0, faults: 0, results: 0, delays: 0 }

  const disturb = async <R>(next: Next<R>, context: CallContext): Promise<Outcome<R | F>> => {
    const draw = random ?? context.call.random
    // Always as many draws, so that one option does not shift the luck of another.
    const [fate, delayed] = [draw(), draw() < latencyRatio]
    const delayMs = delayed ? (typeof latencyMs === 'function' ? latencyMs(draw) : latencyMs) : 0
    if (delayMs > 0) {
      seen.delays++
      if (!(await context.sleep(delayMs))) return aborted(context.reason)
    }
    if (fate < faultRatio) {
      seen.faults++
      const thrown = error(context)
      context.call.lastError = thrown
      return failure(thrown, judgeError(thrown, context))
    }
    if (result !== undefined && fate < faultRatio + resultRatio) {
      seen.results++
      return success(result(context))
    }
    seen.passed++
    return next(context)
  }

  return {
    name,
    kind: 'chaos',
    options: { name, faultRatio, resultRatio, latencyRatio },
    execute: (next, context) => (when(context) ? disturb(next, context) : next(context)),
    snapshot: () => ({ ...seen }),
  }
}
