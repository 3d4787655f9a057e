import type { PipelineState } from '@spillway/core'
import type { Alert } from '../alerts/alert-rule.ts'
import type { Disagreement } from '../disagreement/disagreement.ts'
import type { FeedReading } from '../feeds/feed-reading.ts'
import type { EndpointHealth } from '../health/endpoint-health.ts'

/** All that a monitor knows now. Plain data. */
export interface HealthSnapshot {
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  /** Each model at each endpoint that calls have gone to. */
  readonly endpoints: readonly EndpointHealth[]
  /** What each feed said last. */
  readonly feeds: readonly FeedReading[]
  /** Where the two disagree, once that has lasted. */
  readonly disagreements: readonly Disagreement[]
  /** What each pipeline says of itself. */
  readonly pipelines: readonly PipelineState[]
  /** What attempts of the last hour cost, where accounts are kept: in the currency of their prices. */
  readonly costLastHour: number
  /** The alerts that have fired and are not resolved. */
  readonly alerts: readonly Alert[]
}
