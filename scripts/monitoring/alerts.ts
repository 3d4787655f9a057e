// The alerts: what is wrong, from when on it is, and what to do about it.
import { ATTRIBUTE as A } from '../../packages/opentelemetry/src/semconv.ts'
import { labelOf, series } from './prometheus-names.ts'

export interface Alert {
  readonly name: string
  readonly expr: string
  readonly for: string
  readonly severity: 'critical' | 'warning' | 'info'
  /** When it fires, in words; for the table in the documentation. */
  readonly when: string
  /** With the labels of the series. */
  readonly summary: string
  readonly todo: string
}

const pipeline = labelOf(A.pipeline)
const endpoint = labelOf(A.endpoint)
const policy = labelOf(A.policy)
const outcome = labelOf(A.outcome)
const by = (...labels: readonly string[]): string => `by (job, ${[pipeline, ...labels].join(', ')})`
const rate = (selector: string, window: string): string => `rate(${selector}[${window}])`
const share = (part: string, whole: string, labels: string): string =>
  `sum ${labels} (${part})\n/\nsum ${labels} (${whole})`
const live = `${labelOf(A.dryRun)}=""`

const NAMED = `{{ $labels.${pipeline} }}`
const AT = `${NAMED} at {{ $labels.${endpoint} }}`
const PERCENT = '{{ $value | humanizePercentage }}'

export const ALERTS: readonly Alert[] = [
  {
    name: 'SpillwayNothingSucceeds',
    expr: `sum ${by()} (${rate(series('callDuration'), '5m')}) > 0\nunless\nsum ${by()} (${rate(series('callDuration', [`${outcome}="success"`]), '5m')}) > 0`,
    for: '5m',
    severity: 'critical',
    when: 'calls end, and none of them well, for 5 minutes',
    summary: `${NAMED}: no call succeeds`,
    todo: 'Look at the verdicts of the attempts: `endpoint_failed` is a key or a model name, `overloaded` the provider, `rejected` a policy of yours. Add an endpoint, or a fallback.',
  },
  {
    name: 'SpillwayCallsFail',
    expr: `${share(rate(series('callDuration', ['error_type!=""']), '10m'), rate(series('callDuration'), '10m'), by())} > 0.05`,
    for: '10m',
    severity: 'warning',
    when: 'more than 5 % of the calls end with an error, for 10 minutes',
    summary: `${NAMED}: ${PERCENT} of the calls fail`,
    todo: 'Group `spillway.call.duration` by `error.type`. Calls that run out of time want a longer deadline or another endpoint.',
  },
  {
    name: 'SpillwayOverloaded',
    expr: `${share(rate(series('attemptDuration', [`${outcome}=~"overloaded|throttled"`]), '10m'), rate(series('attemptDuration'), '10m'), by(endpoint))} > 0.3`,
    for: '10m',
    severity: 'warning',
    when: 'an endpoint refuses more than 30 % of the attempts, for 10 minutes',
    summary: `${AT}: ${PERCENT} of the attempts are refused`,
    todo: 'Nothing, while calls succeed: waiting is what the policies are for. Otherwise add an endpoint, or move what can wait to calmer hours.',
  },
  {
    name: 'SpillwayCircuitOpen',
    expr: `sum ${by(policy, endpoint)} (${series('circuitState', [`${labelOf(A.circuitState)}=~"open|isolated"`, live])}) > 0`,
    for: '2m',
    severity: 'warning',
    when: 'a circuit is open, or held open by hand, for 2 minutes',
    summary: `${AT}: the circuit of {{ $labels.${policy} }} is open`,
    todo: 'See what its last attempts failed with. A key that was refused does not mend itself.',
  },
  {
    name: 'SpillwayCircuitFlaps',
    expr: `sum ${by(policy, endpoint)} (increase(${series('events', [`${labelOf(A.eventType)}="circuit.opened"`, live])}[15m])) > 4`,
    for: '0m',
    severity: 'warning',
    when: 'a circuit has opened more than four times in 15 minutes',
    summary: `${AT}: the circuit of {{ $labels.${policy} }} opens again and again`,
    todo: 'Its break is too short, or its threshold too low for an endpoint that is merely busy.',
  },
  {
    name: 'SpillwayRetryBudgetSpent',
    expr: `max ${by(policy)} (${series('retryBudgetUsage')} >= (${series('retryBudgetLimit')} > 0))`,
    for: '5m',
    severity: 'warning',
    when: 'a retry budget is spent, for 5 minutes',
    summary: `${NAMED}: the retry budget of {{ $labels.${policy} }} is spent`,
    todo: 'Retries are slowed down, or refused. More of the same makes it worse: look at why so many calls fail.',
  },
  {
    name: 'SpillwayRejecting',
    expr: `${share(rate(series('rejections'), '5m'), rate(series('callDuration'), '5m'), by())} > 0.05`,
    for: '5m',
    severity: 'warning',
    when: 'policies refuse more than 5 for 100 calls, for 5 minutes',
    summary: `${NAMED}: ${PERCENT} refusals for each call`,
    todo: 'See which policy and why in `spillway.rejections`. A line that is full wants fewer callers or more places.',
  },
  {
    name: 'SpillwayQueueGrowing',
    expr: `sum ${by(policy, endpoint)} (${series('queueUsage')}) > 10\nand\nsum ${by(policy, endpoint)} (deriv(${series('queueUsage')}[10m])) > 0`,
    for: '10m',
    severity: 'warning',
    when: 'more than 10 calls stand in a line that grows, for 10 minutes',
    summary: `${AT}: {{ $value }} calls wait in {{ $labels.${policy} }}, and more come than go`,
    todo: 'More comes in than the provider takes. Refuse early (`queueLimit`, `loadShed`), or add an endpoint.',
  },
  {
    name: 'SpillwayQueueFull',
    expr: `max ${by(policy)} (sum ${by(policy)} (${series('queueUsage')}) / sum ${by(policy)} (${series('queueLimit')})) > 0.9`,
    for: '2m',
    severity: 'warning',
    when: 'a line is more than 90 % full, for 2 minutes',
    summary: `${NAMED}: the line of {{ $labels.${policy} }} is ${PERCENT} full`,
    todo: 'Calls are about to be refused. The same as for a line that grows.',
  },
  {
    name: 'SpillwayQueueWaitLong',
    expr: `histogram_quantile(0.95, sum ${by(policy, 'le')} (${rate(series('queueWait', [], 'bucket'), '10m')})) > 60`,
    for: '10m',
    severity: 'warning',
    when: 'one call in twenty stands in line for more than a minute, for 10 minutes',
    summary: `${NAMED}: calls stand in the line of {{ $labels.${policy} }} for {{ $value | humanizeDuration }}`,
    todo: 'The wait is taken from their deadline. Fewer callers, more places, or another endpoint.',
  },
  {
    name: 'SpillwayQuotaNearlySpent',
    expr: `max ${by(policy, endpoint, labelOf(A.unit), labelOf(A.quota))} (${series('rateLimitUsage')} / (${series('rateLimitLimit')} > 0)) > 0.9`,
    for: '5m',
    severity: 'info',
    when: 'more than 90 % of a quota is used, for 5 minutes',
    summary: `${AT}: ${PERCENT} of {{ $labels.${labelOf(A.unit)} }} used ({{ $labels.${labelOf(A.quota)} }})`,
    todo: 'A quota of a minute paces calls, which is its purpose. One of a day wants another project or endpoint before it is gone.',
  },
  {
    name: 'SpillwayEndpointEjected',
    expr: `max ${by(policy, endpoint)} (${series('endpointEjected')}) == 1`,
    for: '5m',
    severity: 'warning',
    when: 'an endpoint is passed over, for 5 minutes',
    summary: `${AT} is passed over by {{ $labels.${policy} }}`,
    todo: 'The other endpoints carry its calls. See what its last attempts failed with.',
  },
  {
    name: 'SpillwayFallbacks',
    expr: `${share(rate(series('fallbacks'), '10m'), rate(series('callDuration'), '10m'), by())} > 0.1`,
    for: '10m',
    severity: 'warning',
    when: 'more than 10 % of the calls are answered by a fallback, for 10 minutes',
    summary: `${NAMED}: ${PERCENT} of the answers are fallbacks`,
    todo: 'Users get the other answer, and no error says so. The verdict in `spillway.fallbacks` says what it replaces.',
  },
  {
    name: 'SpillwayOrphans',
    expr: `sum ${by()} (${series('orphans')}) > 10`,
    for: '10m',
    severity: 'info',
    when: 'more than 10 abandoned attempts are at work, for 10 minutes',
    summary: `${NAMED}: {{ $value }} abandoned attempts are still at work`,
    todo: 'They may be billed, and nobody reads them. Pass `context.signal` to whatever the operation waits for.',
  },
  {
    name: 'SpillwayStatusDisagrees',
    expr: `max by (job, ${[A.endpoint, A.genAiRequestModel, A.feed, A.worse].map(labelOf).join(', ')}) (${series('disagreement')}) == 1`,
    for: '1m',
    severity: 'warning',
    when: 'a monitor has found that calls and a status feed say different things, for a minute longer',
    summary: `{{ $labels.${labelOf(A.feed)} }} and the calls to {{ $labels.${endpoint} }} disagree; the bad news is from the {{ $labels.${labelOf(A.worse)} }}`,
    todo: 'Believe the calls. Where the page is green, tell the provider and use another endpoint; where it says down, let calls go on.',
  },
]
