import { ASSUMED_CAPACITY, ASSUMED_LOAD } from './assumed-endpoint.ts'
import type { ForecastOptions } from './forecast-options.ts'

/** What a forecast takes for granted, in sentences. */
export const assumptionsOf = (options: ForecastOptions, seeds: number): string[] => {
  const { pipeline = {}, quota = {}, endpoints = {}, profile } = options
  const names = (pipeline.endpoints ?? [{ name: 'default' }]).map(({ name }) => name)
  const limits = Object.entries(quota).filter(([limit]) => limit !== 'scope')
  const learned = profile !== undefined || (pipeline.schedule && pipeline.schedule.profile !== undefined)
  const hours = learned
    ? "this run's profile of the hours"
    : 'the usual hours (00–06 low, 06–12 medium, 12–18 peak, 18–24 high, UTC)'
  const known = names.filter((name) => endpoints[name] !== undefined)
  const assumed = known.length < names.length
  return [
    ...(known.length > 0 ? [`What is given of ${known.join(', ')}: capacity, times, quotas and faults.`] : []),
    ...(assumed ? [`The provider has ${ASSUMED_CAPACITY}.`] : []),
    ...(assumed ? [`Others use it by ${hours}: ${ASSUMED_LOAD} of that room.`] : []),
    ...(assumed
      ? [
          limits.length === 0
            ? 'No quota is known: only overload refuses.'
            : `The quota is ${limits.map(([limit, value]) => `${value} ${words(limit)}`).join(', ')}.`,
        ]
      : []),
    'Half a second passes between an answer and the request after it.',
    ...(assumed ? ['Nothing else goes wrong: no outage, no empty answer, no dead connection.'] : []),
    ...(options.prices === undefined ? ['Prices are not known, so that the cost is not either.'] : []),
    `Played ${seeds === 1 ? 'once' : `${seeds} times, each with other chance`}; the range is from the least to the most of them.`,
  ]
}

const words = (limit: string): string => limit.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
