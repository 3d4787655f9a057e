export { monitor } from './monitor/monitor.ts'
export type { Monitor } from './monitor/monitor.ts'
export { MONITOR_DEFAULTS } from './monitor/monitor-options.ts'
export type { MonitorOptions } from './monitor/monitor-options.ts'
export type { HealthSnapshot } from './monitor/health-snapshot.ts'
export type {
  AlertFired,
  AlertResolved,
  DisagreementEnded,
  DisagreementFound,
  FeedChanged,
  HealthChanged,
  MonitorDiagnosticReported,
  MonitorEvent,
  MonitorStamp,
  NoticeLost,
} from './monitor/monitor-events.ts'

// Observed health.
export { HEALTH_LEVELS } from './health/health-level.ts'
export type { HealthLevel, ObservedLevel } from './health/health-level.ts'
export { healthOf } from './health/health-of.ts'
export type { SeenHealth } from './health/health-of.ts'
export { HEALTH_DEFAULTS } from './health/health-options.ts'
export type { HealthOptions } from './health/health-options.ts'
export type { HourTallied } from './health/hours-of-day.ts'
export type { Quantiles, Tallied } from './health/tally.ts'
export type { EndpointModel, EndpointHealth } from './health/endpoint-health.ts'

// Status feeds, and where they and the calls disagree.
export { READ_FEED_DEFAULTS, readFeed } from './feeds/read-feed.ts'
export type { ReadFeedOptions } from './feeds/read-feed.ts'
export { STATUS_LEVELS, statusFeed } from './feeds/status-feed.ts'
export type { ComponentStatus, StatusFeed, StatusLevel, StatusReport } from './feeds/status-feed.ts'
export { worstLevel } from './feeds/feed-reading.ts'
export type { FeedReading } from './feeds/feed-reading.ts'
export { ANTHROPIC_STATUS_DEFAULTS, anthropicStatus } from './feeds/anthropic-status.ts'
export { GITHUB_ISSUES_DEFAULTS, githubIssues } from './feeds/github-issues.ts'
export type { GithubIssuesOptions } from './feeds/github-issues.ts'
export { GOOGLE_CLOUD_STATUS_DEFAULTS, googleCloudStatus } from './feeds/google-cloud-status.ts'
export type { GoogleCloudStatusOptions } from './feeds/google-cloud-status.ts'
export { OPENAI_STATUS_DEFAULTS, openaiStatus } from './feeds/openai-status.ts'
export { STATUS_GATOR_DEFAULTS, statusGator } from './feeds/status-gator.ts'
export type { StatusGatorOptions } from './feeds/status-gator.ts'
export { statuspage } from './feeds/statuspage.ts'
export type { StatuspageOptions } from './feeds/statuspage.ts'
export { FeedFailedError } from './feeds/http/feed-failed-error.ts'
export { HTTP_FEED_DEFAULTS } from './feeds/http/http-feed-options.ts'
export type { HttpFeedOptions } from './feeds/http/http-feed-options.ts'
export { POLL_FEEDS_DEFAULTS, pollFeeds } from './feeds/poll-feeds.ts'
export type { FeedPoller, PollFeedsOptions } from './feeds/poll-feeds.ts'
export { WATCHED_FEED_DEFAULTS } from './feeds/watched-feed.ts'
export type { WatchedFeed } from './feeds/watched-feed.ts'
export { worseOf } from './disagreement/disagreement.ts'
export type { Disagreement } from './disagreement/disagreement.ts'
export { cautiousBreaker } from './advice/cautious-breaker.ts'

// Alerts.
export { ALERT_DEFAULTS } from './alerts/alert-options.ts'
export type { AlertOptions } from './alerts/alert-options.ts'
export { ALERT_RULE_DEFAULTS } from './alerts/alert-rule.ts'
export type { Alert, AlertFinding, AlertRule, Severity } from './alerts/alert-rule.ts'
export type { AlertSink, Notice } from './alerts/notice.ts'
export { circuitOpen, CIRCUIT_OPEN_DEFAULTS } from './alerts/rules/circuit-open.ts'
export { costAbove, COST_ABOVE_DEFAULTS } from './alerts/rules/cost-above.ts'
export type { CostAboveOptions } from './alerts/rules/cost-above.ts'
export { endpointDown, ENDPOINT_DOWN_DEFAULTS } from './alerts/rules/endpoint-down.ts'
export { overloadAbove, OVERLOAD_ABOVE_DEFAULTS } from './alerts/rules/overload-above.ts'
export type { OverloadAboveOptions } from './alerts/rules/overload-above.ts'
export { queueGrowing, QUEUE_GROWING_DEFAULTS } from './alerts/rules/queue-growing.ts'
export type { QueueGrowingOptions } from './alerts/rules/queue-growing.ts'
export { retryBudgetSpent, RETRY_BUDGET_SPENT_DEFAULTS } from './alerts/rules/retry-budget-spent.ts'
export type { RuleOptions } from './alerts/rules/rule-options.ts'
export { standardRules } from './alerts/rules/standard-rules.ts'
export { statusDisagrees, STATUS_DISAGREES_DEFAULTS } from './alerts/rules/status-disagrees.ts'
export { stderrSink } from './alerts/sinks/stderr-sink.ts'
export { webhook, WEBHOOK_DEFAULTS } from './alerts/sinks/webhook.ts'
export type { WebhookOptions } from './alerts/sinks/webhook.ts'
export { WebhookFailedError } from './alerts/sinks/webhook-failed-error.ts'

// What was learned of the day.
export { hoursFile } from './profile/hours-file.ts'
export type { HoursFile } from './profile/hours-file.ts'
export type { HourRecord, PairHours } from './health/pair-hours.ts'
export { profileFile } from './profile/profile-file.ts'
export type { ProfileFile } from './profile/profile-file.ts'
