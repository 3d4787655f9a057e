import { standardPipeline, type Pipeline, type StandardPipelineOptions } from '@spillway/core'
import { seededRandom } from '@spillway/core/testing'
import { ModelError } from '@spillway/simulator'
import { modelClassifier } from '../forecast/model-classifier.ts'
import { wait, type World } from '../forecast/world.ts'

/** What a caller works with. */
interface CallerWorld {
  readonly world: World
  /** The places, the preferred one first. */
  readonly endpoints: readonly string[]
  /** Of the process. */
  readonly seed: number
  readonly deadlineMs: number
}

/** Makes one call; `signal` ends at its deadline. */
type MakeCall = (item: string, signal: AbortSignal) => Promise<void>

/** A way to make calls. */
export interface Caller {
  readonly name: string
  /** One process. `pipeline` is there where it has one to listen to. */
  start(given: CallerWorld): { readonly call: MakeCall; readonly pipeline?: Pipeline }
}

/** The standard pipeline with some options; a call may take as long as its deadline, unless they say otherwise. */
export const policyCaller = (
  name: string,
  options: Omit<StandardPipelineOptions, 'clock' | 'random' | 'classifier' | 'endpoints'>,
): Caller => ({
  name,
  start({ world, endpoints, seed, deadlineMs }) {
    const pipeline = standardPipeline({
      ...options,
      timeout: { totalMs: deadlineMs, ...options.timeout },
      endpoints: endpoints.map((each) => ({ name: each })),
      classifier: modelClassifier,
      clock: world.clock,
      random: seededRandom(seed),
      check: false,
    })
    const call: MakeCall = (item, signal) =>
      pipeline.execute((context) => world.ask(context.endpoint?.name ?? '', item, context.signal), { signal })
    return { call, pipeline }
  },
})

/** One request, and that is it: what `@google/genai` does unless it is told otherwise. */
export const noRetries: Caller = {
  name: 'no retries',
  start: ({ world, endpoints: [first = ''] }) => ({ call: (item, signal) => world.ask(first, item, signal) }),
}

/**
 * What the client `openai` 7 does on its own: two retries of 408, 409, 429, 5xx and what had no answer, after half a second
 * doubled up to 8, up to a quarter less by chance, or after what the server asks for, up to a minute; ten minutes an attempt.
 */
export const openaiRetries: Caller = {
  name: 'openai client, own retries',
  start({ world, endpoints: [first = ''], seed }) {
    const random = seededRandom(seed)
    const call: MakeCall = async (item, signal) => {
      for (let retry = 0; ; retry++) {
        try {
          return await within(world, 600_000, signal, (inner) => world.ask(first, item, inner))
        } catch (error) {
          if (signal.aborted || retry === 2 || !isRetriedByOpenAI(error)) throw error
          const { retryAfterMs = Infinity } = error as { readonly retryAfterMs?: number }
          const usual = Math.min(500 * 2 ** retry, 8000) * (1 - 0.25 * random())
          await wait(world.clock, retryAfterMs <= 60_000 ? retryAfterMs : usual, signal)
        }
      }
    }
    return { call }
  },
}

const isRetriedByOpenAI = (error: unknown): boolean => {
  if (!(error instanceof ModelError)) return true
  const { status, effect } = error
  // An answer that is empty is an answer.
  if (status === undefined) return effect !== 'empty'
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** What people write by hand: five tries, 2^n s plus up to one, only after a 503, two minutes an attempt. */
export const fiveTries: Caller = {
  name: 'five tries by hand',
  start({ world, endpoints: [first = ''], seed }) {
    const random = seededRandom(seed)
    const call: MakeCall = async (item, signal) => {
      for (let n = 0; ; n++) {
        try {
          return await within(world, 120_000, signal, (inner) => world.ask(first, item, inner))
        } catch (error) {
          if (n === 4 || !(error instanceof ModelError) || error.status !== 503) throw error
          await wait(world.clock, 1000 * 2 ** n + 1000 * random(), signal)
        }
      }
    }
    return { call }
  },
}

/** Ends an attempt after so long, or with the call. */
const within = async (
  { clock }: World,
  ms: number,
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const inner = new AbortController()
  const leave = (): void => inner.abort(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  const timer = clock.setTimer(ms, () => inner.abort(new Error('The attempt took too long.')))
  try {
    return await attempt(inner.signal)
  } finally {
    timer.cancel()
    signal.removeEventListener('abort', leave)
  }
}
