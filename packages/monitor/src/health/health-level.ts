/** How an endpoint does, seen from the calls themselves. */
export type HealthLevel = 'healthy' | 'degraded' | 'overloaded' | 'down'
