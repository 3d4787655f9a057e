import type { Random } from '../../kernel/random.ts'

/**
 * How a delay is spread by chance, so that callers which failed together do not come back together. Each is drawn after
 * the cap of a backoff, from a range: none piles up at the cap. Of a delay of 2 s makes
 *
 * - `none`: 2 s
 * - `symmetric`: 1 to 3 s
 * - `equal`: 1 to 2 s
 * - `full`: 0 to 2 s
 * - `decorrelated`: from half of the first delay to three times the last wait, 3 s at most: a random walk, in which
 *   callers that began together lose each other soonest
 */
export type Jitter = 'none' | 'symmetric' | 'equal' | 'full' | 'decorrelated'

export const JITTERS: readonly Jitter[] = ['none', 'symmetric', 'equal', 'full', 'decorrelated']

/**
 * One draw.
 *
 * @param delayMs what the backoff says
 * @param firstMs what it said first
 * @param lastMs the draw before; 0: none
 */
export const drawDelay = (jitter: Jitter, delayMs: number, firstMs: number, lastMs: number, random: Random): number => {
  // For ever times 0 would be no number at all.
  if (jitter === 'none' || delayMs === Infinity) return delayMs
  if (jitter === 'symmetric') return delayMs * (0.5 + random())
  if (jitter === 'equal') return delayMs * (0.5 + random() / 2)
  if (jitter === 'full') return delayMs * random()
  const leastMs = Math.min(firstMs, delayMs) / 2
  const mostMs = Math.min(3 * Math.max(lastMs, leastMs), 1.5 * delayMs)
  return leastMs + (mostMs - leastMs) * random()
}
