import type { Scenario } from './scenario.ts'

/** Starting points to spread into a scenario of your own: `{ ...presets.instant, quota: { requestsPerMinute: 10 } }`. */
export const presets: {
  /** Answers at once: for tests about anything but time. */
  readonly instant: Scenario
  /** A quiet night: some load by others, nothing refused. */
  readonly calm: Scenario
  /** The UTC afternoon: more load than capacity, answers after 60–100 s, a part refused with 503. */
  readonly peakHours: Scenario
} = {
  instant: {
    serviceTime: {
      image: { minMs: 0, meanMs: 0, maxMs: 0, deviationMs: 0 },
      chat: { firstTokenMs: 0, tokensPerSecond: 1_000_000, jitterRatio: 0 },
    },
  },
  calm: { startsAt: '2026-03-02T01:00:00Z', tenants: {} },
  peakHours: { startsAt: '2026-03-02T13:00:00Z', tenants: {} },
}
