// All names that leave the process. Those without `spillway.` are OpenTelemetry's, of the version below; the GenAI ones have had
// a repository of their own since 1.42 and are still in development. The comments are the table in docs/adapters/opentelemetry.md.

/** The version of OpenTelemetry's semantic conventions that its names are taken from. */
export const SEMCONV_VERSION = '1.44.0'

/** Under which name spans, metrics and logs are made. */
export const SCOPE = '@spillway/opentelemetry'

/** The event of a span that says what was thrown. */
export const EXCEPTION = 'exception'

/** Attributes of spans, span events, logs and metrics. */
export const ATTRIBUTE = {
  /** Why a call or an attempt failed: the HTTP status, else the provider's code, else the name of the error, else the verdict. */
  errorType: 'error.type',
  /** The name of what was thrown. Never its message. */
  exceptionType: 'exception.type',
  /** The status of the provider's answer. */
  httpStatus: 'http.response.status_code',
  /** How often the request had been sent before, from the second attempt on. */
  httpResendCount: 'http.request.resend_count',
  /** The model that the call asks for (`requestedModel`), else the `model` of the endpoint. */
  genAiRequestModel: 'gen_ai.request.model',
  /** The pipeline's name. */
  pipeline: 'spillway.pipeline.name',
  /** The policy's name. */
  policy: 'spillway.policy.name',
  /** Where an attempt went; for a call, where its last attempt went. */
  endpoint: 'spillway.endpoint.name',
  /** The kind of the verdict: `success`, `overloaded`, `throttled`, … */
  outcome: 'spillway.outcome.class',
  /** The provider's own code. */
  providerCode: 'spillway.provider.code',
  /** The wait that the server, or a refusing policy, asked for, in seconds. */
  retryAfter: 'spillway.retry_after',
  /** Whether the provider charges for it: `no`, `yes`, `unknown`. */
  billed: 'spillway.billed',
  /** How often the provider was asked. */
  attemptCount: 'spillway.call.attempts',
  /** How many of them were retries. */
  retryCount: 'spillway.call.retries',
  /** How many of them were hedges. */
  hedgeCount: 'spillway.call.hedges',
  /** How often another endpoint was asked after one had failed. */
  failoverCount: 'spillway.call.failovers',
  /** Seconds in which no attempt was at work: lines, delays, quotas. */
  waiting: 'spillway.call.waiting',
  /** Seconds in which at least one attempt was at work. */
  working: 'spillway.call.working',
  /** Set where the call waited for the work of another. */
  coalesced: 'spillway.call.coalesced',
  /** What it cost, where an account is kept: in the currency of its prices. */
  cost: 'spillway.call.cost',
  /** The call's priority, where it is not 0. */
  priority: 'spillway.call.priority',
  /** Its number within the call, from 1. */
  attempt: 'spillway.attempt.number',
  /** Set where it was sent beside another attempt, or in the place of one that had failed, by a hedge. */
  hedge: 'spillway.attempt.hedge',
  /** Set where another attempt answered first. */
  hedgeLost: 'spillway.attempt.hedge_lost',
  /** Seconds until the first content of a stream. */
  timeToContent: 'spillway.attempt.time_to_content',
  /** On a link: `hedge` leads to the rival, `coalesced` to the call that did the work. */
  link: 'spillway.link',
  /** The type of a [Spillway event](../reference/events.md). */
  eventType: 'spillway.event.type',
  /** Why a policy did it. */
  reason: 'spillway.reason',
  /** Seconds that something waits, waited or lasts. */
  delay: 'spillway.delay',
  /** What it was before: an endpoint, a limit. */
  from: 'spillway.from',
  /** What it is now. */
  to: 'spillway.to',
  /** The time limit that passed, in seconds. */
  limit: 'spillway.limit',
  /** How many stand in the line. */
  queueLength: 'spillway.queue.length',
  /** `closed`, `open`, `half_open` or `isolated`. */
  circuitState: 'spillway.circuit.state',
  /** What a call with a key found: `hit`, `stale`, `miss`, `coalesced`. */
  lookup: 'spillway.cache.result',
  /** Set where a policy only says what it would do. */
  dryRun: 'spillway.dry_run',
  /** What a quota or an account counts: `requests`, `tokens`, `images`. */
  unit: 'spillway.unit',
  /** Who set it, and for which period: `quota 60 s`, `learned 61 s`, `provider`. */
  quota: 'spillway.rate_limit.quota',
  /** How a model at an endpoint does, as a monitor observes it: `healthy`, `degraded`, `overloaded`, `down`, `unknown`. */
  healthState: 'spillway.health.state',
  /** The name of a status feed. */
  feed: 'spillway.feed.name',
  /** What a feed says: `operational`, `degraded`, `down`, `unknown`. */
  feedState: 'spillway.feed.state',
  /** Who says that it is worse, where calls and a feed disagree: `calls` or `page`. */
  worse: 'spillway.disagreement.worse',
} as const
