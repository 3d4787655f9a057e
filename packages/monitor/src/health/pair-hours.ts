import { isObject } from '../feeds/json.ts'
import type { EndpointModel } from './endpoint-health.ts'
import { OBSERVATION_KINDS } from './observation.ts'

/** What an hour of the UTC day has shown of a pair, as plain data. Counts fade, so that they are no integers. */
export interface HourRecord {
  /** 0 to 23. */
  readonly hour: number
  /** The hour since 1970 UTC in which it was added to last. */
  readonly at: number
  readonly counts: Readonly<Record<'success' | 'overloaded' | 'failed' | 'unusable', number>>
  /** How long answers took: numbers of buckets, and how many fell into each. */
  readonly durations: readonly (readonly [number, number])[]
  /** How long the first content of streams took. */
  readonly contents: readonly (readonly [number, number])[]
}

/** What each hour of the day has shown of a model at an endpoint, as plain data for a file. */
export interface PairHours extends EndpointModel {
  readonly hours: readonly HourRecord[]
}

/** Reads what somebody wrote, perhaps nobody of ours. `undefined` where any of it has another form. */
export const readPairHours = (value: unknown): readonly PairHours[] | undefined =>
  Array.isArray(value) && value.every(isPairHours) ? value : undefined

const isPairHours = (value: unknown): value is PairHours => {
  if (!isObject(value) || typeof value['endpoint'] !== 'string') return false
  const { model, hours } = value
  return (model === undefined || typeof model === 'string') && Array.isArray(hours) && hours.every(isHour)
}

const isHour = (value: unknown): value is HourRecord => {
  if (!isObject(value)) return false
  const { hour, at, counts, durations, contents } = value
  return (
    isIndex(hour, 24) &&
    isCount(at) &&
    isObject(counts) &&
    OBSERVATION_KINDS.every((kind) => isCount(counts[kind])) &&
    [durations, contents].every((list) => Array.isArray(list) && list.every(isBucket))
  )
}

const isBucket = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && isIndex(value[0], 1000) && isCount(value[1])

const isIndex = (value: unknown, below: number): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < below

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0
