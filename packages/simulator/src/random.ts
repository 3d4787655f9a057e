/** A seeded source of chance. The same seed gives the same numbers on every machine. */
export interface Random {
  /** Evenly spread, 0 ≤ x < 1. */
  next(): number
  /** Normally distributed (Box–Muller). */
  normal(mean: number, deviation: number): number
  /** Exponentially distributed: the gaps between arrivals that know nothing of each other. */
  exponential(mean: number): number
  /** A source of its own, so that drawing more from one part of a simulation changes no other part. */
  fork(label: string): Random
}

/** FNV-1a, 32 bits: spreads any text over the seeds. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

/**
 * Makes a seeded {@link Random} (mulberry32: 32 bits of state, passes the usual small batteries).
 *
 * @example
 * createRandom(7).next() === createRandom(7).next() // true
 */
export function createRandom(seed: number | string): Random {
  const origin = typeof seed === 'number' ? hashText(`#${seed}`) : hashText(seed)
  let state = origin
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    exponential: (mean) => -Math.log(1 - next()) * mean,
    fork: (label) => createRandom(`${origin}/${label}`),
  }
}
