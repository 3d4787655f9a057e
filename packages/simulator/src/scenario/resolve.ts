import type { FaultRule, ScriptedReply } from '../faults/fault.ts'
import type { EndpointScenario, Phase, QuotaScenario, Scenario } from './scenario.ts'

/** A scenario with every default filled in. */
export interface ResolvedScenario {
  readonly seed: number
  readonly timeScale: number
  /** Milliseconds since 1970, UTC, at model time 0. */
  readonly startsAtUtcMs: number
  readonly startClock: 'listen' | 'firstRequest'
  readonly endpoints: ReadonlyMap<string, EndpointSettings>
}

/** An endpoint with every default filled in: what the model is built from. */
export interface EndpointSettings {
  readonly name: string
  readonly startsAtUtcMs: number
  readonly capacity: number
  readonly queueLimit: number
  readonly abandoned: 'finish' | 'finishStarted' | 'stop'
  readonly serviceTime: ServiceTimeSettings
  readonly imageSizePx: number
  readonly requireKey: boolean
  readonly keys: ReadonlySet<string> | undefined
  readonly models: readonly string[] | undefined
  readonly quota: QuotaScenario
  readonly tenants: TenantsSettings | undefined
  readonly faults: readonly FaultRule[]
  readonly phases: readonly Phase[]
  readonly replies: readonly ScriptedReply[]
}

/** `ServiceTimeScenario` with every default filled in. */
export interface ServiceTimeSettings {
  readonly image: {
    readonly minMs: number
    readonly meanMs: number
    readonly maxMs: number
    readonly deviationMs: number
  }
  readonly chat: { readonly firstTokenMs: number; readonly tokensPerSecond: number; readonly jitterRatio: number }
}

/** `TenantsScenario` with every default filled in. */
export interface TenantsSettings {
  readonly lowRatio: number
  readonly mediumRatio: number
  readonly peakRatio: number
  readonly highRatio: number
  readonly byHour?: readonly number[]
  readonly warmUpMs: number
}

/** Image times: field reports of 20–40 s. Tenant loads: their UTC bands, where only the afternoon exceeds capacity. */
export const SCENARIO_DEFAULTS = {
  seed: 1,
  timeScale: 1,
  startsAt: '2026-03-02T12:00:00Z',
  capacity: 64,
  queueLimitPerCapacity: 2,
  imageSizePx: 256,
  image: { minMs: 20_000, meanMs: 30_000, maxMs: 40_000, deviationMs: 5_000 },
  chat: { firstTokenMs: 400, tokensPerSecond: 80, jitterRatio: 0.25 },
  tenants: { lowRatio: 0.3, mediumRatio: 0.6, peakRatio: 1.15, highRatio: 0.9, warmUpMs: 600_000 },
} as const

/** The endpoint that answers the bare paths. */
export const DEFAULT_ENDPOINT = 'default'

/** Fills in the defaults of a scenario that has been checked. */
export function resolveScenario(scenario: Scenario): ResolvedScenario {
  const startsAtUtcMs = Date.parse(scenario.startsAt ?? SCENARIO_DEFAULTS.startsAt)
  const endpoints = new Map<string, EndpointSettings>()
  for (const [name, own] of Object.entries({ [DEFAULT_ENDPOINT]: {}, ...scenario.endpoints })) {
    endpoints.set(name, resolveEndpoint(name, { ...scenario, ...own }, startsAtUtcMs))
  }
  return {
    seed: scenario.seed ?? SCENARIO_DEFAULTS.seed,
    timeScale: scenario.timeScale ?? SCENARIO_DEFAULTS.timeScale,
    startsAtUtcMs,
    startClock: scenario.startClock ?? 'listen',
    endpoints,
  }
}

/** Fills in the defaults of one endpoint; for whoever drives the model without a server. */
export function resolveEndpoint(name: string, endpoint: EndpointScenario, startsAtUtcMs: number): EndpointSettings {
  const capacity = endpoint.capacity ?? SCENARIO_DEFAULTS.capacity
  return {
    name,
    startsAtUtcMs,
    capacity,
    queueLimit: endpoint.queueLimit ?? capacity * SCENARIO_DEFAULTS.queueLimitPerCapacity,
    abandoned: endpoint.abandoned ?? 'finish',
    serviceTime: {
      image: { ...SCENARIO_DEFAULTS.image, ...endpoint.serviceTime?.image },
      chat: { ...SCENARIO_DEFAULTS.chat, ...endpoint.serviceTime?.chat },
    },
    imageSizePx: endpoint.imageSizePx ?? SCENARIO_DEFAULTS.imageSizePx,
    requireKey: endpoint.requireKey ?? endpoint.keys !== undefined,
    keys: endpoint.keys && new Set(endpoint.keys),
    models: endpoint.models,
    quota: endpoint.quota ?? {},
    tenants: endpoint.tenants && { ...SCENARIO_DEFAULTS.tenants, ...endpoint.tenants },
    faults: endpoint.faults ?? [],
    phases: endpoint.phases ?? [],
    replies: endpoint.replies ?? [],
  }
}
