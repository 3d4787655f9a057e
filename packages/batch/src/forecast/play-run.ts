import { costOf, expectedUsage, standardPipeline, type Pipeline, type SpillwayEvent } from '@spillway/core'
import { seededRandom } from '@spillway/core/testing'
import { ModelError } from '@spillway/simulator'
import type { Played, WaitReason } from './forecast.ts'
import type { ForecastOptions } from './forecast-options.ts'
import { modelClassifier } from './model-classifier.ts'
import { USAGE, type World } from './world.ts'

const HOUR_MS = 3_600_000
/** What is not made in a month is not made: a call without a limit may hang for ever. */
const LONGEST_MS = 30 * 24 * HOUR_MS

type Hour = { -readonly [K in keyof Played['hours'][number]]: number }

/** Plays a run from its first item to its last in a provider's virtual time. */
export const playRun = async (options: ForecastOptions, world: World, seed: number): Promise<Played> => {
  const { items, maxConcurrency = Infinity, deadlineMs = Infinity, maxCost = Infinity } = options
  const { clock } = world
  const calls = pipelineOf(options, world, seed)
  const hours: Hour[] = []
  const hour = (): Hour => {
    const index = Math.floor(clock.now() / HOUR_MS)
    while (hours.length <= index) hours.push({ done: 0, failed: 0, requests: 0, refused: 0 })
    return hours[index] as Hour
  }
  const waits: Record<WaitReason, number> = { 'calm hours': 0, turn: 0, 'next try': 0 }
  calls.events.subscribe((event) => addWait(waits, event))

  const end = new AbortController()
  const played = { done: 0, failed: 0, cost: 0, endedAtMs: 0, requests: 0, refused: 0 }
  const ask = async (endpoint: string, model: string | undefined, item: string, signal: AbortSignal): Promise<void> => {
    played.requests++
    hour().requests++
    const bill = (): void => {
      played.cost += costOfOne(options, model)
    }
    try {
      await world.ask(endpoint, item, signal)
      bill()
    } catch (error) {
      // Work that was done is billed, also when nobody waits for it any more; a refusal is not.
      if (!(error instanceof ModelError) || error.effect === 'empty' || error.effect === 'broken') bill()
      else {
        played.refused++
        hour().refused++
      }
      throw error
    }
  }

  let next = 0
  let atWork = 0
  const goesOn = (): boolean =>
    next < items && !end.signal.aborted && played.cost + (atWork + 1) * costOfOne(options, options.model) <= maxCost
  const makeOne = async (): Promise<void> => {
    const item = String(next++)
    atWork++
    try {
      await calls.execute(
        ({ endpoint, signal }) => ask(endpoint?.name ?? 'default', endpoint?.model ?? options.model, item, signal),
        { signal: end.signal, values: [[expectedUsage, options.usage ?? USAGE]] },
      )
      played.done++
      hour().done++
    } catch {
      if (end.signal.aborted) return
      played.failed++
      hour().failed++
    } finally {
      atWork--
    }
    played.endedAtMs = clock.now()
  }
  const worker = async (): Promise<void> => {
    while (goesOn()) await makeOne()
  }
  const deadline = clock.setTimer(Math.min(deadlineMs, LONGEST_MS), () => end.abort())
  const workers = Promise.all(Array.from({ length: Math.min(items, maxConcurrency) }, worker))
  void workers.then(() => deadline.cancel())
  await clock.run()
  await workers
  calls.dispose()
  return { ...played, left: items - played.done - played.failed, waits, hours }
}

const costOfOne = ({ prices, usage = USAGE }: ForecastOptions, model: string | undefined): number => {
  const price = model === undefined ? undefined : prices?.[model]
  return price === undefined ? 0 : costOf(price, usage)
}

const pipelineOf = ({ pipeline = {} }: ForecastOptions, { clock }: World, seed: number): Pipeline => {
  const { schedule } = pipeline
  // What is learned from a play would be taken for what was seen.
  const profile = schedule ? schedule.profile : undefined
  return standardPipeline({
    ...pipeline,
    ...(profile && schedule && { schedule: { ...schedule, profile: { levelAt: (at) => profile.levelAt(at) } } }),
    cache: false,
    fallback: false,
    accounting: false,
    check: false,
    classifier: modelClassifier,
    clock,
    random: seededRandom(seed),
  })
}

const addWait = (waits: Record<WaitReason, number>, event: SpillwayEvent): void => {
  if (event.type === 'schedule.started') waits['calm hours'] += event.waitedMs
  else if (event.type === 'retry.scheduled') waits['next try'] += event.delayMs
  else if (event.type === 'call.dequeued') waits.turn += event.waitedMs
}
