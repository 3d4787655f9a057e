import { LOAD_LEVELS, loadProfile, type LoadLevel, type LoadProfile } from '@spillway/core'
import type { EndpointScenario, QuotaScenario } from '@spillway/simulator'

const HOUR_MS = 3_600_000

/** Others' load as a share of the capacity: what the simulator takes for the bands that users report. */
const LOAD: Readonly<Record<LoadLevel, number>> = { low: 0.3, medium: 0.6, high: 0.9, peak: 1.15 }

/** Pictures at once, 20–40 s each, and as many in the line: the model of the project's benchmarks. */
const CAPACITY = 40

/**
 * What a forecast takes an endpoint to be like of which nobody knows better: others' load by the profile's hours, the limits
 * that the run keeps to, nothing that fails by chance.
 */
export const assumedEndpoint = (quota: QuotaScenario, profile: LoadProfile = loadProfile()): EndpointScenario => ({
  capacity: CAPACITY,
  queueLimit: CAPACITY,
  quota,
  tenants: { byHour: Array.from({ length: 24 }, (_, hour) => LOAD[profile.levelAt(hour * HOUR_MS)]) },
})

/** The same in words. */
export const ASSUMED_LOAD: string = LOAD_LEVELS.map((level) => `${level} ${Math.round(100 * LOAD[level])} %`).join(', ')
/** The same in words. */
export const ASSUMED_CAPACITY: string = `room for ${CAPACITY} pictures at once, 20–40 s each`
