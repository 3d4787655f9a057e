import { checkKnown, checkNumber } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { checkCosts, type Costs } from './costs.ts'

/** What was spent of a partition's quotas before there was this policy: by a process that has ended since. */
export interface PastUse {
  /** Whose quotas: what `partitionKey` gives, by default the endpoint's name. @default '', those of calls without an endpoint */
  readonly partition?: string
  /** When it was spent, in milliseconds since 1970 UTC. What lies ahead, because a clock was set, counts as spent now. */
  readonly at: number
  /** A number of requests, or how much of each unit, 0 or more; without a word of `requests` it was one. */
  readonly used: Costs
}

/**
 * What was used before, by partition, each oldest first.
 *
 * @throws InvalidOptionsError naming what cannot be
 */
export const readPastUse = (usedBefore: readonly PastUse[]): ReadonlyMap<string, readonly PastUse[]> => {
  if (!Array.isArray(usedBefore))
    throw new InvalidOptionsError('rateLimit.usedBefore', usedBefore, 'a list of past use')
  for (const [i, past] of (usedBefore as readonly PastUse[]).entries()) checkPastUse(`rateLimit.usedBefore[${i}]`, past)
  const sorted = (usedBefore as readonly PastUse[]).toSorted((a, b) => a.at - b.at)
  return Map.groupBy(sorted, ({ partition = '' }) => partition)
}

const checkPastUse = (path: string, past: PastUse): void => {
  checkKnown(path, past, ['partition', 'at', 'used'])
  const { partition = '', at, used } = past
  if (typeof partition !== 'string') throw new InvalidOptionsError(`${path}.partition`, partition, 'a name')
  checkNumber(`${path}.at`, at, { min: 0 })
  checkCosts(`${path}.used`, used)
}
