import type { Forecast, ForecastHour, Played, Range, WaitReason } from './forecast.ts'
import { assumedEndpoint } from './assumed-endpoint.ts'
import { assumptionsOf } from './assumptions.ts'
import { checkForecastOptions, type ForecastOptions } from './forecast-options.ts'
import { playRun } from './play-run.ts'
import { createWorld, USAGE } from './world.ts'

const HOUR_MS = 3_600_000

/**
 * What a run is expected to need, before anything is sent: the run's own pipeline plays it in virtual time, against the
 * simulator's model of a provider, several times over. A thousand items over a day take a second or two.
 *
 * It is as good as its `assumptions`: nobody knows the load of others. What is known (quota, a learned profile, an endpoint's
 * scenario) should be given.
 *
 * ```ts
 * import { forecastBatch } from '@spillway/batch'
 *
 * const { requests, cost } = await forecastBatch({
 *   items: 20,
 *   startsAt: Date.UTC(2026, 2, 2, 1),
 *   maxConcurrency: 4,
 *   prices: { painter: { perImage: 0.04 } },
 *   model: 'painter',
 * })
 * console.log(requests.median, cost?.median.toFixed(2)) // => 20 0.80
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export const forecastBatch = async (options: ForecastOptions): Promise<Forecast> => {
  checkForecastOptions(options)
  const { items, seeds = usualSeeds(items), prices, usage = USAGE } = options
  // Clocks are finer than what is to be said of a night.
  const startsAt = Math.round(options.startsAt ?? Date.now())
  const endpoints = endpointsOf(options)
  const plays: Played[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const world = createWorld(endpoints, { seed, startsAt, usage })
    plays.push(await playRun(options, world, seed))
    world.close()
  }
  const range = (of: (played: Played) => number): Range => rangeOf(plays.map(of))
  return {
    items,
    startsAt,
    seeds,
    done: range((played) => played.done),
    failed: range((played) => played.failed),
    left: range((played) => played.left),
    requests: range((played) => played.requests),
    refused: range((played) => played.refused),
    ...(prices !== undefined && { cost: range((played) => played.cost) }),
    finishedAt: range((played) => Math.round(startsAt + played.endedAtMs)),
    waits: waitsOf(plays, items),
    hours: hoursOf(plays, startsAt),
    assumptions: assumptionsOf(options, seeds),
  }
}

/** A play takes as long as it has items. */
const usualSeeds = (items: number): number => (items <= 2000 ? 5 : items <= 10_000 ? 3 : 2)

const endpointsOf = (options: ForecastOptions): Record<string, ReturnType<typeof assumedEndpoint>> => {
  const { pipeline = {}, quota = {}, endpoints = {} } = options
  const profile = options.profile ?? (pipeline.schedule ? pipeline.schedule.profile : undefined)
  const names = (pipeline.endpoints ?? [{ name: 'default' }]).map(({ name }) => name)
  return Object.fromEntries(names.map((name) => [name, endpoints[name] ?? assumedEndpoint(quota, profile)]))
}

const rangeOf = (values: readonly number[]): Range => {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] as number
  return { low: at(0), median: at((sorted.length - 1) >> 1), high: at(sorted.length - 1) }
}

const mean = (plays: readonly Played[], of: (played: Played) => number): number =>
  plays.reduce((sum, played) => sum + of(played), 0) / plays.length

const waitsOf = (plays: readonly Played[], items: number): Record<WaitReason, number> => {
  const wait = (reason: WaitReason): number => Math.round(mean(plays, ({ waits }) => waits[reason]) / items)
  return { 'calm hours': wait('calm hours'), turn: wait('turn'), 'next try': wait('next try') }
}

const hoursOf = (plays: readonly Played[], startsAt: number): ForecastHour[] =>
  Array.from({ length: Math.max(...plays.map(({ hours }) => hours.length)) }, (_, i) => ({
    from: startsAt + i * HOUR_MS,
    done: mean(plays, ({ hours }) => hours[i]?.done ?? 0),
    failed: mean(plays, ({ hours }) => hours[i]?.failed ?? 0),
    requests: mean(plays, ({ hours }) => hours[i]?.requests ?? 0),
    refused: mean(plays, ({ hours }) => hours[i]?.refused ?? 0),
  }))
