import type { Scenario } from '@spillway/simulator'

/** What `--simulate` is without a file: the official place with its rushes and quota, and a small relay. */
export const OVERLOADED: Scenario = {
  timeScale: 20,
  startClock: 'firstRequest',
  // Drawing a picture takes real time, of which there is a twentieth.
  imageSizePx: 128,
  endpoints: {
    gemini: {
      capacity: 40,
      queueLimit: 120,
      tenants: { lowRatio: 0.5, mediumRatio: 0.75, peakRatio: 1.1, highRatio: 0.95 },
      quota: { requestsPerMinute: 40 },
      phases: [
        { kind: 'load', atMs: 60_000, durationMs: 180_000, multiplier: 2 },
        { kind: 'outage', atMs: 300_000, durationMs: 60_000, fault: 'overloaded' },
        { kind: 'brownOut', atMs: 600_000, durationMs: 120_000, refusedRatio: 0.5 },
      ],
    },
    relay: {
      capacity: 8,
      queueLimit: 8,
      tenants: { lowRatio: 0.3, mediumRatio: 0.5, peakRatio: 0.6, highRatio: 0.5 },
      quota: { requestsPerMinute: 8 },
      faults: [{ fault: 'overloaded', ratio: 0.05 }],
    },
  },
}
