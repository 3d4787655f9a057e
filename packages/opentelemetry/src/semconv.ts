// All names that leave the process. Those without `spillway.` are OpenTelemetry's, of semantic conventions 1.44.0; the GenAI ones
// have had a repository of their own since 1.42 and are still in development.

/** Under which name spans, metrics and logs are made. */
export const SCOPE = '@spillway/opentelemetry'

/** The event of a span that says what was thrown. */
export const EXCEPTION = 'exception'

/** Attributes of spans, span events, logs and metrics. */
export const ATTRIBUTE = {
  // OpenTelemetry's.
  errorType: 'error.type',
  exceptionType: 'exception.type',
  httpStatus: 'http.response.status_code',
  httpResendCount: 'http.request.resend_count',
  genAiRequestModel: 'gen_ai.request.model',
  // Who.
  pipeline: 'spillway.pipeline.name',
  policy: 'spillway.policy.name',
  endpoint: 'spillway.endpoint.name',
  // How it ended.
  outcome: 'spillway.outcome.class',
  providerCode: 'spillway.provider.code',
  retryAfter: 'spillway.retry_after',
  billed: 'spillway.billed',
  // A call.
  attemptCount: 'spillway.call.attempts',
  retryCount: 'spillway.call.retries',
  hedgeCount: 'spillway.call.hedges',
  failoverCount: 'spillway.call.failovers',
  waiting: 'spillway.call.waiting',
  working: 'spillway.call.working',
  coalesced: 'spillway.call.coalesced',
  priority: 'spillway.call.priority',
  // An attempt.
  attempt: 'spillway.attempt.number',
  hedge: 'spillway.attempt.hedge',
  hedgeLost: 'spillway.attempt.hedge_lost',
  timeToContent: 'spillway.attempt.time_to_content',
  link: 'spillway.link',
  // What happened on the way.
  eventType: 'spillway.event.type',
  reason: 'spillway.reason',
  delay: 'spillway.delay',
  from: 'spillway.from',
  to: 'spillway.to',
  limit: 'spillway.limit',
  queueLength: 'spillway.queue.length',
  circuitState: 'spillway.circuit.state',
  lookup: 'spillway.cache.result',
  dryRun: 'spillway.dry_run',
  unit: 'spillway.rate_limit.unit',
  quota: 'spillway.rate_limit.quota',
} as const
