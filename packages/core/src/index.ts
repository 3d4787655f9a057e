// For users.
export { pipeline } from './assembly/pipeline.ts'
export type { CallOptions } from './assembly/call-options.ts'
export { openCall } from './assembly/open-call.ts'
export type { OpenCall } from './assembly/open-call.ts'
export { withCallOptions } from './assembly/with-call-options.ts'
export type { AmbientOptions } from './assembly/with-call-options.ts'
export { execute } from './assembly/execute/execute.ts'
export type { Answer, AnswerFrom } from './assembly/execute/execute.ts'
export { EXECUTE_DEFAULTS } from './assembly/execute/execute-options.ts'
export type { ExecuteOptions } from './assembly/execute/execute-options.ts'
export { NoTargetAnsweredError } from './assembly/execute/no-target-answered-error.ts'
export type { Skipped, Target, Tried } from './assembly/execute/target.ts'
export type { AddedBy, OnlyAdding, Pipeline, PipelineDescription, PipelineState } from './assembly/pipeline.ts'
export { PIPELINE_DEFAULTS } from './assembly/pipeline-options.ts'
export type { PipelineOptions } from './assembly/pipeline-options.ts'
export { PIPELINE_REGISTRY_DEFAULTS, pipelineRegistry } from './assembly/pipeline-registry.ts'
export type { PipelineRegistry, PipelineRegistryOptions } from './assembly/pipeline-registry.ts'
export type { OrderWarned, PipelineReloaded } from './assembly/pipeline-events.ts'
export { registerPlugin } from './assembly/register-plugin.ts'
export type { Plugin, PluginHooks } from './assembly/plugin.ts'
export { streamed } from './assembly/stream/streamed.ts'
export type { StreamedOptions } from './assembly/stream/part-watch.ts'
export { StreamTruncatedError } from './assembly/stream/stream-truncated-error.ts'
export { checkOrder } from './assembly/check-order.ts'
export type { OrderWarning } from './assembly/check-order.ts'
export { standardPipeline } from './assembly/standard-pipeline.ts'
export { STANDARD_TIMEOUTS } from './assembly/standard-pipeline-options.ts'
export type { StandardPipelineOptions, StandardTimeouts } from './assembly/standard-pipeline-options.ts'
export { PipelineDisposedError } from './assembly/pipeline-disposed-error.ts'
export type { EventObserver, EventStream, Subscription } from './assembly/event-stream.ts'
export type { SpillwayEvent } from './assembly/spillway-event.ts'
export type { CallCompleted, CallStarted } from './assembly/call-events.ts'

export { accounting } from './policies/accounting/accounting.ts'
export type { Accounting } from './policies/accounting/accounting.ts'
export { ACCOUNTING_DEFAULTS } from './policies/accounting/accounting-options.ts'
export type { AccountingOptions } from './policies/accounting/accounting-options.ts'
export { openAccount } from './policies/accounting/account.ts'
export type { Account, AccountOptions } from './policies/accounting/account.ts'
export type { AccountReport, ModelReport } from './policies/accounting/account-report.ts'
export { expectedUsage, requestedModel } from './policies/accounting/expected.ts'
export { costOf } from './policies/accounting/price.ts'
export type { Price, Prices } from './policies/accounting/price.ts'
export { CostLimitExceededError } from './policies/accounting/cost-limit-exceeded-error.ts'
export type { AttemptAccounted, CostRejected } from './policies/accounting/accounting-events.ts'
export type { Billed } from './policies/accounting/counted-attempt.ts'

export { adaptiveConcurrency } from './policies/adaptive-concurrency/adaptive-concurrency.ts'
export { ADAPTIVE_CONCURRENCY_DEFAULTS } from './policies/adaptive-concurrency/adaptive-concurrency-options.ts'
export type { AdaptiveConcurrencyOptions } from './policies/adaptive-concurrency/adaptive-concurrency-options.ts'
export { ConcurrencyLimitExceededError } from './policies/adaptive-concurrency/concurrency-limit-exceeded-error.ts'
export type { ConcurrencyRejected, LimitChanged } from './policies/adaptive-concurrency/adaptive-concurrency-events.ts'
export { AIMD_LIMIT_DEFAULTS, aimdLimit } from './policies/adaptive-concurrency/aimd-limit.ts'
export type { AimdLimitOptions } from './policies/adaptive-concurrency/aimd-limit.ts'
export { fixedLimit } from './policies/adaptive-concurrency/fixed-limit.ts'
export { GRADIENT_LIMIT_DEFAULTS, gradientLimit } from './policies/adaptive-concurrency/gradient-limit.ts'
export type { GradientLimitOptions } from './policies/adaptive-concurrency/gradient-limit.ts'
export type { LimitRange } from './policies/adaptive-concurrency/limit-range.ts'
export type { Limit, LimitSample } from './policies/adaptive-concurrency/limit.ts'

export { bulkhead } from './policies/bulkhead/bulkhead.ts'
export type { Bulkhead } from './policies/bulkhead/bulkhead.ts'
export { BULKHEAD_DEFAULTS } from './policies/bulkhead/bulkhead-options.ts'
export type { BulkheadOptions, BulkheadReserve } from './policies/bulkhead/bulkhead-options.ts'
export { BulkheadFullError } from './policies/bulkhead/bulkhead-full-error.ts'
export type { BulkheadRejected, BulkheadResized } from './policies/bulkhead/bulkhead-events.ts'

export { cache } from './policies/cache/cache.ts'
export type { Cache } from './policies/cache/cache.ts'
export { CACHE_DEFAULTS } from './policies/cache/cache-options.ts'
export type { CacheOptions } from './policies/cache/cache-options.ts'
export { cacheKey } from './policies/cache/cache-key.ts'
export { MEMORY_CACHE_STORE_DEFAULTS, memoryCacheStore } from './policies/cache/memory-cache-store.ts'
export type { MemoryCacheStore, MemoryCacheStoreOptions } from './policies/cache/memory-cache-store.ts'
export type { CacheEntry, CacheStore } from './policies/cache/cache-store.ts'
export type { Leases } from './primitives/leases.ts'
export type {
  CacheCoalesced,
  CacheFollowed,
  CacheHit,
  CacheMissed,
  CacheRevalidated,
  CacheStaleUsed,
  CacheStored,
} from './policies/cache/cache-events.ts'

export { circuitBreaker } from './policies/circuit-breaker/circuit-breaker.ts'
export type { CircuitBreaker } from './policies/circuit-breaker/circuit-breaker.ts'
export type { CircuitStateName } from './policies/circuit-breaker/circuit.ts'
export { CIRCUIT_BREAKER_DEFAULTS } from './policies/circuit-breaker/circuit-breaker-options.ts'
export type { CircuitAdvice, CircuitCensus, CircuitSight } from './policies/circuit-breaker/circuit-advice.ts'
export type { CircuitBreakerOptions } from './policies/circuit-breaker/circuit-breaker-options.ts'
export { CircuitOpenError } from './policies/circuit-breaker/circuit-open-error.ts'
export type { BreakContext } from './policies/circuit-breaker/breaks.ts'
export type {
  CircuitBreakerSnapshot,
  SavedCircuit,
  SnapshotRefusal,
} from './policies/circuit-breaker/circuit-snapshot.ts'
export { windowBreaker, WINDOW_BREAKER_DEFAULTS } from './policies/circuit-breaker/window-breaker.ts'
export type { WindowBreakerOptions } from './policies/circuit-breaker/window-breaker.ts'
export type { BreakerFinding, BreakerSample, TimedBreaker } from './policies/circuit-breaker/timed-breaker.ts'
export type {
  CircuitClosed,
  CircuitEvent,
  CircuitHalfOpened,
  CircuitIsolated,
  CircuitOpened,
  CircuitProbeDeferred,
  CircuitRejected,
  CircuitRestored,
  CircuitSnapshotRefused,
} from './policies/circuit-breaker/circuit-breaker-events.ts'

export { failover } from './policies/failover/failover.ts'
export { FAILOVER_DEFAULTS } from './policies/failover/failover-options.ts'
export type { EndpointOrder, FailoverOptions } from './policies/failover/failover-options.ts'
export { NoEndpointReadyError } from './policies/failover/no-endpoint-ready-error.ts'
export type {
  EndpointEjected,
  EndpointFailedOver,
  EndpointRecovered,
  EndpointSelected,
} from './policies/failover/failover-events.ts'

export { fallback } from './policies/fallback/fallback.ts'
export type { Failed, FallbackOptions, FallbackStep } from './policies/fallback/fallback-options.ts'
export type { FallbackUsed } from './policies/fallback/fallback-events.ts'

export { hedge } from './policies/hedge/hedge.ts'
export { HEDGE_DEFAULTS } from './policies/hedge/hedge-options.ts'
export type { HedgeOptions } from './policies/hedge/hedge-options.ts'
export { HedgeLostError } from './policies/hedge/hedge-lost-error.ts'
export type { HedgeDenied, HedgeLost, HedgeStarted, HedgeWon } from './policies/hedge/hedge-events.ts'

export { rateLimit } from './policies/rate-limit/rate-limit.ts'
export { RATE_LIMIT_DEFAULTS } from './policies/rate-limit/rate-limit-options.ts'
export type {
  ConcurrencyQuota,
  PeriodQuota,
  Quota,
  RateLimitOptions,
} from './policies/rate-limit/rate-limit-options.ts'
export type { PastUse } from './policies/rate-limit/past-use.ts'
export type { DailyReset } from './policies/rate-limit/calendar-reset.ts'
export type { Costs } from './policies/rate-limit/costs.ts'
export { RateLimitExceededError } from './policies/rate-limit/rate-limit-exceeded-error.ts'
export {
  MEMORY_SHARED_QUOTA_STORE_DEFAULTS,
  memorySharedQuotaStore,
} from './policies/rate-limit/memory-shared-quota-store.ts'
export type { MemorySharedQuotaStoreOptions } from './policies/rate-limit/memory-shared-quota-store.ts'
export type {
  ConcurrencyPlan,
  QuotaPlan,
  SharedAnswer,
  SharedGrant,
  SharedQuota,
  SharedQuotaStore,
  UnitCosts,
} from './policies/rate-limit/shared-quota-store.ts'
export type { NextReset } from './policies/rate-limit/calendar-reset.ts'
export type {
  RateLimitDegraded,
  RateLimitLearned,
  RateLimitPaused,
  RateLimitRecovered,
  RateLimitRejected,
} from './policies/rate-limit/rate-limit-events.ts'

export { retry } from './policies/retry/retry.ts'
export { RETRY_DEFAULTS } from './policies/retry/retry-options.ts'
export type { RetryOptions } from './policies/retry/retry-options.ts'
export { DEFAULT_BACKOFFS } from './policies/retry/backoff.ts'
export { constantBackoff, exponentialBackoff } from './primitives/backoff.ts'
export { RETRY_BUDGET_DEFAULTS, retryBudget } from './primitives/retry-budget.ts'
export type { RetryBudget, RetryBudgetOptions } from './primitives/retry-budget.ts'
export type { Backoff, RetryBackoffContext } from './policies/retry/backoff.ts'
export type { Jitter } from './policies/retry/jitter.ts'
export type { RetryExhausted, RetryScheduled } from './policies/retry/retry-events.ts'

export { schedule } from './policies/schedule/schedule.ts'
export { deferrable, latestStartMs, SCHEDULE_DEFAULTS } from './policies/schedule/schedule-options.ts'
export type { ScheduleOptions } from './policies/schedule/schedule-options.ts'
export { DEFAULT_LOAD_BANDS, LOAD_LEVELS, loadProfile } from './policies/schedule/load-profile.ts'
export type { LoadBand, LoadLevel, LoadProfile, ObservedCall } from './policies/schedule/load-profile.ts'
export { learnedLoadProfile } from './policies/schedule/learned-load-profile.ts'
export type { LearnedLoadProfile, LearnedLoadProfileOptions } from './policies/schedule/learned-load-profile.ts'
export type { HourObserved, LoadProfileSnapshot } from './policies/schedule/load-profile-snapshot.ts'
export { ScheduleDisposedError } from './policies/schedule/schedule-disposed-error.ts'
export type { ScheduleDeferred, ScheduleStarted } from './policies/schedule/schedule-events.ts'

export { timeout } from './policies/timeout/timeout.ts'
export type { TimeLimit, TimeoutOptions } from './policies/timeout/timeout-options.ts'
export { TimeoutExceededError } from './policies/timeout/timeout-exceeded-error.ts'
export type { TimeoutPhase } from './policies/timeout/timeout-exceeded-error.ts'
export type { TimeoutExceeded } from './policies/timeout/timeout-events.ts'

export { createContextKey } from './kernel/context-key.ts'
export type { ContextKey } from './kernel/context-key.ts'
export type { ProviderReport, ServerLimit, Usage } from './kernel/provider-report.ts'
export { InvalidOptionsError } from './kernel/invalid-options-error.ts'
export { isRejectedError, isSpillwayError } from './kernel/spillway-error.ts'
export type { RejectedError, SpillwayError } from './kernel/spillway-error.ts'
export type { Verdict, VerdictKind, VerdictScope } from './kernel/verdict.ts'

// For users of cockatiel: its policies and ours go together, and its strategies are ours.
export { asCockatiel } from './assembly/cockatiel/as-cockatiel.ts'
export type { CockatielContext } from './assembly/cockatiel/as-cockatiel.ts'
export { fromCockatiel } from './assembly/cockatiel/from-cockatiel.ts'
export type { FromCockatielOptions } from './assembly/cockatiel/from-cockatiel.ts'
export { handledBy } from './assembly/cockatiel/handled-by.ts'
export type { CockatielFilter } from './assembly/cockatiel/handled-by.ts'
export {
  ConsecutiveBreaker,
  ConstantBackoff,
  CountBreaker,
  decorrelatedJitterGenerator,
  DelegateBackoff,
  ExponentialBackoff,
  fullJitterGenerator,
  halfJitterGenerator,
  handleAll,
  handleResultType,
  handleType,
  handleWhen,
  handleWhenResult,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  isTaskCancelledError,
  IterableBackoff,
  noJitterGenerator,
} from 'cockatiel'
export type { IBackoff, IBackoffFactory, IBreaker } from 'cockatiel'

// For authors of policies, adapters and stores.
export { checkPipeline } from './assembly/check-pipeline.ts'
export { checkStandardPipeline } from './assembly/standard-pipeline-options.ts'
export type { Counting } from './kernel/accounts.ts'
export { EventSource } from './assembly/event-source.ts'
export { Body } from './kernel/body.ts'
export { Call } from './kernel/call.ts'
export type { CallOrigin, CallSettings, SeveralExecutions } from './kernel/call.ts'
export { CallContext } from './kernel/call-context.ts'
export type { ContextOwner } from './kernel/call-context.ts'
export {
  checkClock,
  checkDuration,
  checkFunction,
  checkKnown,
  checkNumber,
  checkOneOf,
  checkRatio,
  checkText,
  checkTexts,
} from './kernel/check-options.ts'
export type { NumberRange } from './kernel/check-options.ts'
export { combineClassifiers, defaultClassifier } from './kernel/classifier.ts'
export type { Classifier } from './kernel/classifier.ts'
export { systemClock } from './kernel/clock.ts'
export type { Clock, Timer } from './kernel/clock.ts'
export { asPolicy } from './kernel/compose.ts'
export { byEndpoint, ENDPOINT_FIELDS } from './kernel/endpoint.ts'
export type { Endpoint, PartitionKey } from './kernel/endpoint.ts'
export type {
  AttemptCommitted,
  AttemptCompleted,
  AttemptOrphaned,
  AttemptStarted,
  CallDequeued,
  CallQueued,
  DiagnosticReported,
} from './kernel/events.ts'
export { mayRepeat } from './kernel/may-repeat.ts'
export { failure, success } from './kernel/outcome.ts'
export type { Failure, Outcome, Success } from './kernel/outcome.ts'
export type { EventBody, EventSink, EventStamp, PipelineEvent } from './kernel/pipeline-event.ts'
export type { Gate, Next, Operation, Part, Policy, Progress, Reaction } from './kernel/policy.ts'
export type { QueueOrder } from './kernel/queue-order.ts'
export { systemRandom } from './kernel/random.ts'
export type { Random } from './kernel/random.ts'
export { rejected } from './kernel/spillway-error.ts'
