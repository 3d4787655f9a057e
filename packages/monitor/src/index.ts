// Status feeds.
export { READ_FEED_DEFAULTS, readFeed } from './feeds/read-feed.ts'
export type { ReadFeedOptions } from './feeds/read-feed.ts'
export { STATUS_LEVELS } from './feeds/status-feed.ts'
export type { ComponentStatus, StatusFeed, StatusLevel, StatusReport } from './feeds/status-feed.ts'
export { worstLevel } from './feeds/feed-reading.ts'
export type { FeedReading } from './feeds/feed-reading.ts'

// Observed health.
export type { HealthLevel } from './health/health-level.ts'
