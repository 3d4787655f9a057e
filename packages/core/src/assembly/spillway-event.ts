import type {
  AttemptCommitted,
  AttemptCompleted,
  AttemptOrphaned,
  AttemptStarted,
  CallDequeued,
  CallQueued,
  DiagnosticReported,
} from '../kernel/events.ts'
import type { AttemptAccounted, CostRejected } from '../policies/accounting/accounting-events.ts'
import type { ConcurrencyRejected, LimitChanged } from '../policies/adaptive-concurrency/adaptive-concurrency-events.ts'
import type { BulkheadRejected, BulkheadResized } from '../policies/bulkhead/bulkhead-events.ts'
import type {
  CacheCoalesced,
  CacheFollowed,
  CacheHit,
  CacheMissed,
  CacheRevalidated,
  CacheStaleUsed,
  CacheStored,
} from '../policies/cache/cache-events.ts'
import type {
  CircuitClosed,
  CircuitHalfOpened,
  CircuitIsolated,
  CircuitOpened,
  CircuitProbeDeferred,
  CircuitRejected,
  CircuitRestored,
  CircuitSnapshotRefused,
} from '../policies/circuit-breaker/circuit-breaker-events.ts'
import type {
  EndpointEjected,
  EndpointFailedOver,
  EndpointRecovered,
  EndpointSelected,
} from '../policies/failover/failover-events.ts'
import type { FallbackUsed } from '../policies/fallback/fallback-events.ts'
import type { HedgeDenied, HedgeLost, HedgeStarted, HedgeWon } from '../policies/hedge/hedge-events.ts'
import type {
  RateLimitDegraded,
  RateLimitLearned,
  RateLimitPaused,
  RateLimitRecovered,
  RateLimitRejected,
} from '../policies/rate-limit/rate-limit-events.ts'
import type { RetryExhausted, RetryScheduled } from '../policies/retry/retry-events.ts'
import type { ScheduleDeferred, ScheduleStarted } from '../policies/schedule/schedule-events.ts'
import type { TimeoutExceeded } from '../policies/timeout/timeout-events.ts'
import type { CallCompleted, CallStarted } from './call-events.ts'
import type { OrderWarned, PipelineReloaded } from './pipeline-events.ts'

/** Everything that can happen: the table of contents of a pipeline's life. */
export type SpillwayEvent =
  | CallStarted
  | CallQueued
  | CallDequeued
  | CallCompleted
  | AttemptStarted
  | AttemptCommitted
  | AttemptCompleted
  | AttemptOrphaned
  | AttemptAccounted
  | RetryScheduled
  | RetryExhausted
  | TimeoutExceeded
  | CostRejected
  | CircuitOpened
  | CircuitProbeDeferred
  | CircuitHalfOpened
  | CircuitClosed
  | CircuitIsolated
  | CircuitRejected
  | CircuitRestored
  | CircuitSnapshotRefused
  | BulkheadRejected
  | BulkheadResized
  | ConcurrencyRejected
  | LimitChanged
  | RateLimitRejected
  | RateLimitPaused
  | RateLimitLearned
  | RateLimitDegraded
  | RateLimitRecovered
  | EndpointSelected
  | EndpointFailedOver
  | EndpointEjected
  | EndpointRecovered
  | HedgeStarted
  | HedgeWon
  | HedgeLost
  | HedgeDenied
  | ScheduleDeferred
  | ScheduleStarted
  | FallbackUsed
  | CacheHit
  | CacheMissed
  | CacheCoalesced
  | CacheFollowed
  | CacheStored
  | CacheRevalidated
  | CacheStaleUsed
  | OrderWarned
  | PipelineReloaded
  | DiagnosticReported
