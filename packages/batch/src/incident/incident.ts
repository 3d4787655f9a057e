import { checkDuration, checkKnown, checkNumber } from '@spillway/core'
import { parseScenario, SCENARIO_DEFAULTS, type EndpointScenario, type Scenario } from '@spillway/simulator'

/** What is offered while it happens. */
export interface Traffic {
  /** Calls a minute in the mean, each at a moment of its own: above 0. @default 20 */
  readonly callsPerMinute?: number
  /** For how many minutes: above 0. @default until ten minutes after the last phase of the scenario, 30 without any */
  readonly minutes?: number
  /** By when a call must be answered, in milliseconds above 0. @default 180000 */
  readonly deadlineMs?: number
  /** From how many processes the calls come, each with a state of its own: an integer from 1. @default 1 */
  readonly processes?: number
}

/** An outage, or whatever a scenario of the simulator says, and the calls that meet it. */
export interface Incident {
  readonly traffic: Required<Traffic>
  /** In milliseconds since 1970 UTC. */
  readonly startsAt: number
  readonly seed: number
  /** What each place is like, by name; calls that know one place alone take the first. */
  readonly endpoints: Readonly<Record<string, EndpointScenario>>
}

const MINUTE_MS = 60_000

/**
 * Reads an incident: a scenario of the simulator, with `traffic` beside it.
 *
 * ```ts
 * import { readIncident } from '@spillway/batch'
 *
 * const { traffic, endpoints } = readIncident({
 *   phases: [{ kind: 'outage', atMs: 300_000, durationMs: 300_000 }],
 *   traffic: { callsPerMinute: 5 },
 * })
 * console.log(traffic.minutes, Object.keys(endpoints)) // => 20 [ 'default' ]
 * ```
 *
 * @param json what `JSON.parse` gave
 * @throws SimulatorError listing every mistake of the scenario; InvalidOptionsError for one of the traffic
 */
export const readIncident = (json: unknown): Incident => {
  const { traffic = {}, ...rest } = (
    typeof json === 'object' && json !== null ? json : { scenario: json }
  ) as Scenario & {
    readonly traffic?: Traffic
  }
  const scenario = parseScenario(rest)
  const { endpoints: named, seed = SCENARIO_DEFAULTS.seed, startsAt = SCENARIO_DEFAULTS.startsAt, ...common } = scenario
  const endpoints = named === undefined ? { default: {} } : named
  return {
    traffic: trafficOf(traffic, [common, ...Object.values(endpoints)]),
    startsAt: Date.parse(startsAt),
    seed,
    endpoints: Object.fromEntries(Object.entries(endpoints).map(([name, own]) => [name, { ...common, ...own }])),
  }
}

const trafficOf = (traffic: Traffic, endpoints: readonly EndpointScenario[]): Required<Traffic> => {
  checkKnown('incident.traffic', traffic, ['callsPerMinute', 'minutes', 'deadlineMs', 'processes'])
  const { callsPerMinute = 20, minutes = minutesOf(endpoints), deadlineMs = 180_000, processes = 1 } = traffic
  checkNumber('incident.traffic.callsPerMinute', callsPerMinute, { min: Number.MIN_VALUE })
  checkNumber('incident.traffic.minutes', minutes, { min: Number.MIN_VALUE })
  checkDuration('incident.traffic.deadlineMs', deadlineMs, { min: Number.MIN_VALUE })
  checkNumber('incident.traffic.processes', processes, { min: 1, integer: true })
  return { callsPerMinute, minutes, deadlineMs, processes }
}

const minutesOf = (endpoints: readonly EndpointScenario[]): number => {
  const ends = endpoints
    .flatMap(({ phases = [] }) => phases.map(({ atMs = 0, durationMs = Infinity }) => atMs + durationMs))
    .filter(Number.isFinite)
  return ends.length === 0 ? 30 : Math.max(...ends) / MINUTE_MS + 10
}
