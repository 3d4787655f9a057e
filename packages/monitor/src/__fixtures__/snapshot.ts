import type { HealthSnapshot, EndpointHealth } from '../index.ts'

/** A snapshot in which nothing is the matter, but for what is given. */
export const snapshotOf = (some: Partial<HealthSnapshot> = {}): HealthSnapshot => ({
  at: 0,
  endpoints: [],
  feeds: [],
  disagreements: [],
  pipelines: [],
  costLastHour: 0,
  alerts: [],
  ...some,
})

export const healthOf = (some: Partial<EndpointHealth> = {}): EndpointHealth => ({
  endpoint: 'official',
  model: 'painter',
  level: 'healthy',
  since: 0,
  attempts: 100,
  successRatio: 1,
  overloadedRatio: 0,
  troubleRatio: 0,
  ...some,
})
