import {
  InvalidOptionsError,
  checkKnown,
  type CallContext,
  type Classifier,
  type Clock,
  expectedUsage,
  latestStartMs,
  openAccount,
  type PastUse,
  type Pipeline,
  type Prices,
  type Random,
  requestedModel,
  standardPipeline,
  systemClock,
  type Verdict,
} from '@spillway/core'
import type { BatchItem } from '../input/item.ts'
import { usageOf } from './expected-usage.ts'
import { endOf, verdictOnAnswer, verdictOnError } from './judge-attempt.ts'
import type { Made, MadeImage, Make } from './make.ts'
import { NoImageError } from './no-image-error.ts'
import { pricedAttempts } from './priced-attempts.ts'
import { pipelineOptions } from './pipeline-options.ts'
import type { Place } from './place/place.ts'
import { type Heard, hearing } from './place/sending.ts'
import type { PolicyOptions } from './policy-file.ts'

/** Options of {@link createMaker}. */
export interface MakerOptions {
  /** Who is asked, the preferred one first: at least one. */
  readonly places: readonly Place[]
  /** How they are asked. @default `BATCH_POLICY` */
  readonly policy?: PolicyOptions
  /** What was used of the places' quotas before: `readPastUse(folder)`, or of your own. @default nothing */
  readonly usedBefore?: readonly PastUse[]
  /** What each model costs, by the name under which places ask for it. @default nothing is known of what a request has cost */
  readonly prices?: Prices
  /** Until when a request may wait for a calm hour, on the clock's `now()`. @default for ever */
  readonly latestStartAt?: number
  /** @default real time */
  readonly clock?: Clock
  /** How many milliseconds of the clock pass in one of the servers': for simulated time. @default 1 */
  readonly clockRate?: number
  /** @default Math.random */
  readonly random?: Random
}

/** Makes pictures, and lets the pipeline be watched that does. */
export interface Maker {
  readonly make: Make
  /** Its endpoints are the places. */
  readonly pipeline: Pipeline
  /** Ends timers and waits. */
  dispose(): void
}

/**
 * Puts places behind one pipeline: a request goes to the place that will answer first, and is tried again until its signal ends:
 * the deadline is the run's, which leaves what waits then for the next start. What may have been made is not asked for again.
 *
 * ```ts
 * import { createMaker, openaiPlace } from '@spillway/batch'
 * import { createSimulator } from '@spillway/simulator'
 *
 * const simulator = createSimulator({ replies: [{ fault: 'overloaded', retryAfterMs: 10 }] }, { timeScale: 1000 })
 * const { url } = await simulator.listen()
 * const relay = openaiPlace({ name: 'relay', apiKey: 'any-key', baseUrl: `${url}/v1`, model: 'painter' })
 * const maker = createMaker({ places: [relay] })
 * const item = { id: '1', line: 1, fingerprint: 'f', prompt: 'A heron at dawn', settings: {} }
 * const attempts = { sending() {}, ended: ({ verdict }: { verdict: string }) => console.log(verdict) }
 * const { images, endpoint } = await maker.make(item, { signal: AbortSignal.timeout(60_000), attempts })
 * // => overloaded
 * // => success
 * console.log(images.length, endpoint) // => 1 relay
 * maker.dispose()
 * await simulator.close()
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const createMaker = (options: MakerOptions): Maker => {
  checkMaker(options)
  const {
    places,
    policy = {},
    usedBefore,
    prices = {},
    latestStartAt = Infinity,
    clock,
    clockRate = 1,
    random,
  } = options
  // Whoever counts by prices knows what they may be.
  openAccount({ prices })
  const verdicts = new WeakMap<object, Verdict>()
  const classifier: Classifier = {
    error: (error) => verdicts.get(error as object),
    value: (value) => verdicts.get(value as object),
  }
  const byName = new Map(places.map((place) => [place.name, place]))
  const pipeline = standardPipeline({
    name: 'batch',
    endpoints: places.map(({ name }) => ({ name })),
    classifier,
    ...pipelineOptions(policy, usedBefore),
    ...(clock !== undefined && { clock }),
    ...(random !== undefined && { random }),
  })
  const now = (): number => (clock ?? systemClock).now()

  const make: Make = async (item, { signal, attempts: listener, idempotencyKey }) => {
    const attempts = pricedAttempts(prices, item, listener)
    const ending = new AbortController()
    const abort = (): void => ending.abort(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })

    const attempt = async (context: CallContext): Promise<Made> => {
      const place = byName.get(context.endpoint?.name ?? '') as Place
      const model = modelFor(item, place, places)
      const heard: Heard = { context, clockRate, verdict: undefined, usage: undefined }
      try {
        await attempts.sending({ endpoint: place.name, model })
      } catch (error) {
        // What is not written down is not sent, by no attempt.
        ending.abort(error)
        throw error
      }
      if (context.aborted) {
        attempts.ended({ endpoint: place.name, verdict: 'canceled', billed: 'no', tookMs: 0 })
        throw context.reason
      }
      const ask = (): Promise<readonly MadeImage[]> =>
        place.ask({ item, model, idempotencyKey, signal: context.signal })
      const sentAt = now()
      const ended = (verdict: Verdict, pictures = 0): Verdict => {
        attempts.ended({
          endpoint: place.name,
          tookMs: now() - sentAt,
          ...endOf(verdict),
          ...(heard.usage !== undefined && { usage: { images: pictures, ...heard.usage } }),
        })
        return verdict
      }
      try {
        const images = await hearing(heard, ask)
        const made = { images, endpoint: place.name, model, ...(heard.usage !== undefined && { usage: heard.usage }) }
        verdicts.set(made, ended(verdictOnAnswer(images.length, heard), images.length))
        return made
      } catch (error) {
        const verdict = ended(verdictOnError(error, heard, context))
        if (typeof error === 'object' && error !== null) verdicts.set(error, verdict)
        throw error
      }
    }

    try {
      const made = await pipeline.execute(attempt, {
        signal: ending.signal,
        repeatable: false,
        values: [
          [requestedModel, item.model ?? places[0]?.model],
          [expectedUsage, usageOf(item)],
          ...(latestStartAt < Infinity ? [[latestStartMs, Math.max(0, latestStartAt - now())] as const] : []),
        ],
      })
      const verdict = verdicts.get(made)
      if (made.images.length === 0) throw new NoImageError(made.endpoint, verdict ?? { kind: 'empty' })
      return made
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  return { make, pipeline, dispose: () => pipeline.dispose() }
}

/** The model by the name that the place has for it; what a line asks for by another name is asked for by that. */
const modelFor = ({ model }: BatchItem, place: Place, places: readonly Place[]): string =>
  model === undefined || model === places[0]?.model ? place.model : model

const KNOWN = ['places', 'policy', 'usedBefore', 'prices', 'latestStartAt', 'clock', 'clockRate', 'random']

const checkMaker = (options: MakerOptions): void => {
  checkKnown('createMaker', options, KNOWN)
  const { places } = options
  if (!Array.isArray(places) || places.length === 0)
    throw new InvalidOptionsError('createMaker.places', places, 'a list of places: at least one')
  for (const [i, place] of places.entries())
    if (typeof place?.ask !== 'function')
      throw new InvalidOptionsError(`createMaker.places[${i}]`, place, 'a place, such as openaiPlace()')
}
