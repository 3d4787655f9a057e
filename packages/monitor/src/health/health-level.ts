/**
 * How a model at an endpoint does, seen from the calls themselves: `degraded` where some attempts fail or answers are slow,
 * `overloaded` where many are refused for want of capacity, `down` where next to nothing succeeds.
 */
export type HealthLevel = 'healthy' | 'degraded' | 'overloaded' | 'down'

/** From the best to the worst. */
export const HEALTH_LEVELS: readonly HealthLevel[] = ['healthy', 'degraded', 'overloaded', 'down']

/** A level, or `unknown`: too little has been seen, or nothing for a long time. No traffic is not health. */
export type ObservedLevel = HealthLevel | 'unknown'

export const HEALTHY = 0
export const DEGRADED = 1
export const OVERLOADED = 2
export const DOWN = 3
/** A level as a number: the higher, the worse. */
export type Rank = typeof HEALTHY | typeof DEGRADED | typeof OVERLOADED | typeof DOWN
