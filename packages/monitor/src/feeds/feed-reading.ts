import type { StatusLevel, StatusReport, ComponentStatus } from './status-feed.ts'
import { STATUS_LEVELS } from './status-feed.ts'

/** What a feed has said, as the monitor knows it. */
export interface FeedReading {
  /** The feed's name. */
  readonly feed: string
  /** The worst of its components; `unknown` while it fails, or when what it said is too old. */
  readonly level: StatusLevel
  /** What it said last. Also what it said before it began to fail. */
  readonly components: readonly ComponentStatus[]
  /** When it answered last, in milliseconds since 1970 UTC; absent: never. */
  readonly fetchedAt?: number
  /** The name of the error with which the last poll failed; absent: it did not. */
  readonly errorName?: string
  /** Why the last poll failed, in words that hold nothing of an answer and no token; absent: it did not. */
  readonly reason?: string
}

/** The worst level of a report. */
export const worstLevel = ({ components }: Pick<StatusReport, 'components'>): StatusLevel =>
  components.reduce<StatusLevel>(
    (worst, { level }) => (STATUS_LEVELS.indexOf(level) > STATUS_LEVELS.indexOf(worst) ? level : worst),
    components.length === 0 ? 'unknown' : 'operational',
  )
