import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { LoadLevel } from './load-profile.ts'

/** A call waits for a calmer hour. */
export interface ScheduleDeferred extends PipelineEvent {
  readonly type: 'schedule.deferred'
  readonly policy: string
  /** The level now, which it does not start at. */
  readonly level: LoadLevel
  /** When it will start as things stand, in milliseconds since 1970 UTC. */
  readonly until: number
  /** How many wait now, this one included. */
  readonly waiting: number
}

/** A call that was deferred starts. */
export interface ScheduleStarted extends PipelineEvent {
  readonly type: 'schedule.started'
  readonly policy: string
  readonly waitedMs: number
  /**
   * `calm`: a calm band is here; `calmer`: none comes before the latest start, and this is the least busy one that does;
   * `share`: deferrable calls have a place although it is busy; `latest_start`: it may wait no longer.
   */
  readonly why: 'calm' | 'calmer' | 'share' | 'latest_start'
}
