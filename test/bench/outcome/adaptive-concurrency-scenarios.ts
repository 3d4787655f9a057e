import { scenarios, type OutcomeScenario } from './scenarios.ts'

const MINUTE = 60_000
const upstream = { capacity: 40, queueLimit: 40 }
const others = (ratio: number): { lowRatio: number; mediumRatio: number; peakRatio: number; highRatio: number } => ({
  lowRatio: ratio,
  mediumRatio: ratio,
  peakRatio: ratio,
  highRatio: ratio,
})
const common = { deadlineMs: 180_000, processes: 1, startsAtHour: 12 }
const brownOut = { kind: 'brownOut', atMs: 5 * MINUTE, durationMs: 8 * MINUTE } as const
const outage = { kind: 'outage', fault: 'overloaded', atMs: 4 * MINUTE, durationMs: 8 * MINUTE } as const
/** A queue in which work waits for minutes, whoever still wants it. */
const longQueue = { capacity: 40, queueLimit: 400, abandoned: 'finish' } as const

/** The benchmark's own, and others like them, so that no setting fits eight rows only. */
export const variedScenarios: readonly OutcomeScenario[] = [
  ...scenarios,
  {
    ...common,
    name: '(A) brown-out, 70 % refused',
    endpoints: {
      official: {
        ...upstream,
        tenants: others(0.5),
        phases: [{ ...brownOut, refusedRatio: 0.7, capacityRatio: 0.5 }],
      },
    },
    arrivals: { perMinute: 20, minutes: 22 },
  },
  {
    ...common,
    name: '(B) brown-out, 85 % refused',
    endpoints: { official: { ...upstream, tenants: others(0.5), phases: [{ ...brownOut, refusedRatio: 0.85 }] } },
    arrivals: { perMinute: 20, minutes: 22 },
  },
  {
    ...common,
    name: '(C) 150 % demand of our own, four processes',
    endpoints: { official: upstream },
    arrivals: { perMinute: 120, minutes: 20 },
    processes: 4,
  },
  {
    ...common,
    name: '(D) 150 % demand of our own, one process',
    endpoints: { official: upstream },
    arrivals: { perMinute: 120, minutes: 20 },
  },
  {
    ...common,
    name: '(E) 8-minute outage of a busy endpoint',
    endpoints: { official: { ...upstream, tenants: others(0.8), phases: [outage] } },
    arrivals: { perMinute: 15, minutes: 20 },
  },
  {
    ...common,
    name: '(F) fifty processes, 125 % demand for 20 minutes',
    endpoints: { official: upstream },
    arrivals: { perMinute: 100, minutes: 20 },
    processes: 50,
  },
  {
    ...common,
    name: '(G) fifty processes at once, a long queue',
    endpoints: { official: { ...longQueue, tenants: others(0.2) } },
    arrivals: { burst: 300 },
    processes: 50,
  },
  {
    ...common,
    name: '(H) fifty processes, 125 % demand for 20 minutes, a long queue',
    endpoints: { official: longQueue },
    arrivals: { perMinute: 100, minutes: 20 },
    processes: 50,
  },
]
