import type { EndpointScenario } from '@spillway/simulator'

const MINUTE = 60_000

/** What is offered, to what. All times are model time. */
export interface OutcomeScenario {
  readonly name: string
  readonly endpoints: Readonly<Record<string, EndpointScenario>>
  /** When each call arrives, in milliseconds; calls share processes in turn. */
  readonly arrivals: { readonly perMinute: number; readonly minutes: number } | { readonly burst: number }
  readonly deadlineMs: number
  /** How many processes the calls come from, each with a state of its own. */
  readonly processes: number
  /** How many of the calls ask for what an earlier one asked for, from 0 to 1. @default 0 */
  readonly repeatRatio?: number
  /** Among how many of the latest calls a repeated one chooses. @default all */
  readonly repeatAmong?: number
  /** Hour of the provider's day at the start. */
  readonly startsAtHour: number
}

const common = { deadlineMs: 180_000, processes: 1, startsAtHour: 12 }

/** 40 generations at once, 30 s each: 80 a minute. */
const upstream: EndpointScenario = { capacity: 40, queueLimit: 40 }
/** Others' load, the same all day, as a share of the capacity. */
const others = (ratio: number): NonNullable<EndpointScenario['tenants']> => ({
  lowRatio: ratio,
  mediumRatio: ratio,
  peakRatio: ratio,
  highRatio: ratio,
})

export const scenarios: readonly OutcomeScenario[] = [
  {
    ...common,
    name: '(a) 10-minute brown-out',
    endpoints: {
      official: {
        ...upstream,
        tenants: others(0.6),
        phases: [
          { kind: 'brownOut', atMs: 5 * MINUTE, durationMs: 10 * MINUTE, refusedRatio: 0.5, capacityRatio: 0.6 },
        ],
      },
    },
    arrivals: { perMinute: 20, minutes: 25 },
  },
  {
    ...common,
    name: '(b) an hour at 150 % demand',
    endpoints: { official: { ...upstream, tenants: others(1.25) } },
    arrivals: { perMinute: 20, minutes: 60 },
  },
  {
    ...common,
    name: '(c) 5-minute outage',
    endpoints: {
      official: {
        ...upstream,
        tenants: others(0.5),
        phases: [{ kind: 'outage', fault: 'overloaded', atMs: 5 * MINUTE, durationMs: 5 * MINUTE }],
      },
    },
    arrivals: { perMinute: 20, minutes: 20 },
  },
  {
    ...common,
    name: '(d) tripled latency, no errors',
    endpoints: {
      official: {
        ...upstream,
        capacity: 120,
        // 85 % of the slots are taken while each generation takes three times as long: nothing is refused.
        tenants: others(0.2),
        phases: [{ kind: 'slow', factor: 3, atMs: 5 * MINUTE, durationMs: 10 * MINUTE }],
      },
    },
    arrivals: { perMinute: 20, minutes: 20 },
  },
  {
    ...common,
    name: '(e) 10 a minute, burst of 60',
    endpoints: { official: { ...upstream, quota: { requestsPerMinute: 10 } } },
    arrivals: { burst: 60 },
  },
  {
    ...common,
    name: '(f) 5 % of calls hang',
    endpoints: { official: { ...upstream, tenants: others(0.4), faults: [{ fault: 'hang', ratio: 0.05 }] } },
    arrivals: { perMinute: 20, minutes: 20 },
  },
  {
    ...common,
    name: '(g) fifty processes at once',
    endpoints: { official: { ...upstream, tenants: others(0.2) } },
    arrivals: { burst: 300 },
    processes: 50,
  },
  {
    ...common,
    // 85 % demand. After two minutes of outage fifty processes come back at once, and the line grows to more than a minute.
    // The provider works off what stands in it, whether the client is still there or not.
    name: '(g2) fifty processes after an outage, a long line, abandoned work is finished',
    endpoints: {
      official: {
        capacity: 40,
        queueLimit: 300,
        abandoned: 'finish',
        phases: [{ kind: 'outage', fault: 'overloaded', atMs: 5 * MINUTE, durationMs: 2 * MINUTE }],
      },
    },
    arrivals: { perMinute: 68, minutes: 30 },
    processes: 50,
  },
  {
    ...common,
    name: '(h) two endpoints, degraded in turn',
    endpoints: {
      official: {
        ...upstream,
        tenants: others(0.5),
        phases: [{ kind: 'outage', fault: 'overloaded', atMs: 4 * MINUTE, durationMs: 6 * MINUTE }],
      },
      relay: {
        ...upstream,
        tenants: others(0.5),
        phases: [{ kind: 'brownOut', atMs: 12 * MINUTE, durationMs: 6 * MINUTE, refusedRatio: 0.8 }],
      },
    },
    arrivals: { perMinute: 20, minutes: 22 },
  },
  {
    name: '(i) a thousand prompts over a day',
    // Others' load follows the daily pattern: 0.3, 0.6, 1.15 and 0.9 of the capacity, by quarters of the UTC day.
    endpoints: { official: { ...upstream, tenants: {} } },
    arrivals: { perMinute: 1000 / 1440, minutes: 1440 },
    deadlineMs: 1440 * MINUTE,
    processes: 1,
    startsAtHour: 0,
  },
  {
    ...common,
    name: '(j) 30 % duplicate prompts, at 150 % demand with an outage',
    endpoints: {
      official: {
        ...upstream,
        tenants: others(1.25),
        phases: [{ kind: 'outage', fault: 'overloaded', atMs: 15 * MINUTE, durationMs: 5 * MINUTE }],
      },
    },
    arrivals: { perMinute: 20, minutes: 30 },
    repeatRatio: 0.3,
  },
]
