import type { FaultRule, ScriptedReply } from '../faults/fault.ts'

/**
 * What the upstream is like. Every time is model time: with `timeScale: 100` a 30 s image takes 0.3 s.
 * The settings of the bare paths and the defaults of every entry in `endpoints` stand at the top level.
 */
export interface Scenario extends EndpointScenario {
  /** Whole number; the same seed gives the same run. @default 1 */
  readonly seed?: number
  /** Seconds of model time in one real second, above 0. @default 1 */
  readonly timeScale?: number
  /** What the provider's clock shows at model time 0, ISO 8601 with zone. @default '2026-03-02T12:00:00Z' (peak) */
  readonly startsAt?: string
  /** When model time begins to run. @default 'listen' */
  readonly startClock?: 'listen' | 'firstRequest'
  /** Further endpoints by name, reached under `/e/<name>/…`; each takes the top level's settings and changes some. */
  readonly endpoints?: Readonly<Record<string, EndpointScenario>>
}

/** One place that serves the model, with a capacity, quota and timeline of its own. */
export interface EndpointScenario {
  /** Generations that run at once, ≥ 1. @default 64 */
  readonly capacity?: number
  /** Requests that wait for a slot; one more is refused with 503. @default twice the capacity */
  readonly queueLimit?: number
  /**
   * What happens to work whose client has left: `finish` does all of it, also what still waits (nobody looks whether
   * the client is there), `finishStarted` forgets what waits, `stop` ends what runs as well.
   * @default 'finish'
   */
  readonly abandoned?: 'finish' | 'finishStarted' | 'stop'
  readonly serviceTime?: ServiceTimeScenario
  /** Longest side of an image in pixels, 16–2048: small ones cost less time to draw. @default 256 (about 6 ms) */
  readonly imageSizePx?: number
  /** Requests without an API key are refused. @default false */
  readonly requireKey?: boolean
  /** The only keys that are accepted. @default any */
  readonly keys?: readonly string[]
  /** The only models it serves; another name gets the provider's 404. @default any */
  readonly models?: readonly string[]
  readonly quota?: QuotaScenario
  /** Load by other users of the same model. @default none */
  readonly tenants?: TenantsScenario
  /** What goes wrong by chance. */
  readonly faults?: readonly FaultRule[]
  /** What changes over the scenario's timeline. */
  readonly phases?: readonly Phase[]
  /** What the next requests get, in order, before chance and capacity are asked. */
  readonly replies?: readonly ScriptedReply[]
}

/** How long a generation takes once it has a slot. */
export interface ServiceTimeScenario {
  /** Normal distribution, cut at both ends. @default 20 000 – 40 000 ms around 30 000, deviation 5 000 */
  readonly image?: {
    readonly minMs?: number
    readonly meanMs?: number
    readonly maxMs?: number
    readonly deviationMs?: number
  }
  /** First token, then tokens at an even pace. @default 400 ms, 80 tokens a second, each ± 25 % */
  readonly chat?: {
    readonly firstTokenMs?: number
    readonly tokensPerSecond?: number
    readonly jitterRatio?: number
  }
}

/** Each limit is off unless given; 0 means "no quota for this model at all". */
export interface QuotaScenario {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly requestsPerDay?: number
  readonly imagesPerDay?: number
  /** Who shares the limits: each key has its own, or all keys are one project. @default 'key' */
  readonly scope?: 'key' | 'project'
}

/** Offered load by others as a share of the capacity, by band of UTC hours; above 1 is overload. */
export interface TenantsScenario {
  /** 00–06 UTC. @default 0.3 */
  readonly lowRatio?: number
  /** 06–12 UTC. @default 0.6 */
  readonly mediumRatio?: number
  /** 12–18 UTC. @default 1.15 */
  readonly peakRatio?: number
  /** 18–24 UTC. @default 0.9 */
  readonly highRatio?: number
  /** By UTC hour instead of by band: 24 shares. @default the bands */
  readonly byHour?: readonly number[]
  /** How long the others have been there when the scenario starts. @default 600 000 */
  readonly warmUpMs?: number
}

/** When something holds. */
export interface TimeWindow {
  /** Start, in model time from the start of the scenario, ≥ 0. @default 0 */
  readonly atMs?: number
  /** Length in model time, above 0. @default to the end */
  readonly durationMs?: number
}

/** A change for a while. */
export type Phase = BrownOutPhase | OutagePhase | LoadPhase | QuotaPhase | SlowPhase

/** The provider sheds a share of the requests, or has lost a part of its capacity, or both. */
export interface BrownOutPhase extends TimeWindow {
  readonly kind: 'brownOut'
  /** Share of requests refused at once with 503. @default 0 */
  readonly refusedRatio?: number
  /** Share of the capacity that is left. @default 1 */
  readonly capacityRatio?: number
}

/** Nothing is served. */
export interface OutagePhase extends TimeWindow {
  readonly kind: 'outage'
  /** What every request meets. @default 'connectionReset' */
  readonly fault?: 'connectionReset' | 'overloaded' | 'hang' | 'internal' | 'badGateway'
}

/** The others send more, or less. */
export interface LoadPhase extends TimeWindow {
  readonly kind: 'load'
  readonly multiplier: number
}

/** Other limits hold. */
export interface QuotaPhase extends TimeWindow {
  readonly kind: 'quota'
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  readonly requestsPerDay?: number
  readonly imagesPerDay?: number
}

/** Every generation takes longer. */
export interface SlowPhase extends TimeWindow {
  readonly kind: 'slow'
  /** Factor on the service time, above 0. */
  readonly factor: number
}
