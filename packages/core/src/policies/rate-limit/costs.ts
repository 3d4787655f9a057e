import type { Verdict } from '../../kernel/verdict.ts'
import { checkNumber } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'

/** What one call costs: a number of requests, or how much of each unit. */
export type Costs = number | Readonly<Record<string, number>>

/** The unit of a quota, a cost or a limit that names none. */
export const REQUESTS = 'requests'

/** How much of `unit` it is. Whatever names no requests is one. */
export const costIn = (costs: Costs, unit: string): number => {
  if (typeof costs === 'number') return unit === REQUESTS ? costs : 0
  return (Object.hasOwn(costs, unit) ? costs[unit] : undefined) ?? (unit === REQUESTS ? 1 : 0)
}

/** @throws InvalidOptionsError where a cost is no number of at least 0 */
export const checkCosts = (source: string, costs: Costs): Costs => {
  if (typeof costs !== 'object') return checkNumber(source, costs, { min: 0 })
  if (costs === null) throw new InvalidOptionsError(source, costs, 'a number, or one for each unit')
  for (const [unit, cost] of Object.entries(costs)) checkNumber(`${source}.${unit}`, cost, { min: 0 })
  return costs
}

/** @throws InvalidOptionsError where a use is no number of at least 0 */
export const checkUsage = (
  source: string,
  usage: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  if (typeof usage !== 'object') throw new InvalidOptionsError(source, usage, 'a number for each unit')
  return checkCosts(source, usage) as Readonly<Record<string, number>>
}

const NO_IMAGES = { images: 0 }

/**
 * What is known not to have been used: a request that was refused, and is not billed, has made no image. Its request and its
 * tokens are another matter, which providers count as they come in.
 */
export const unmade = ({ kind, billed }: Verdict): Readonly<Record<string, number>> | undefined =>
  billed === 'no' && kind !== 'success' && kind !== 'empty' ? NO_IMAGES : undefined
