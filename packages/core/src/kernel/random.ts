/** The only source of chance: a number from 0 up to, not including, 1. Tests hand in a seeded one. */
export type Random = () => number

/** `Math.random`. */
export const systemRandom: Random = Math.random
