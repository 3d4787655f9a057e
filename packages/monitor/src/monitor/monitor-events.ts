import type { Disagreement } from '../disagreement/disagreement.ts'
import type { StatusLevel } from '../feeds/status-feed.ts'
import type { ObservedLevel } from '../health/health-level.ts'
import type { EndpointModel } from '../health/endpoint-health.ts'
import type { Severity } from '../alerts/alert-rule.ts'

/** What every event of a monitor carries. */
export interface MonitorStamp {
  /** Monotonic milliseconds of the monitor's clock. */
  readonly at: number
  /** The monitor's name. */
  readonly monitor: string
}

/** How a model at an endpoint does has changed, as the calls observe it. */
export interface HealthChanged extends MonitorStamp, EndpointModel {
  readonly type: 'health.changed'
  readonly from: ObservedLevel
  readonly to: ObservedLevel
}

/** A feed says something else than before, or has begun to fail or to answer. */
export interface FeedChanged extends MonitorStamp {
  readonly type: 'feed.changed'
  readonly feed: string
  readonly from: StatusLevel
  readonly to: StatusLevel
  /** The name of the error with which the feed failed. */
  readonly errorName?: string
}

/** Our calls and a feed have been saying different things for a while. */
export interface DisagreementFound extends MonitorStamp, Disagreement {
  readonly type: 'disagreement.found'
}

/** They no longer do. */
export interface DisagreementEnded extends MonitorStamp, Pick<Disagreement, 'feed' | 'endpoint' | 'model' | 'worse'> {
  readonly type: 'disagreement.ended'
  readonly lastedMs: number
}

/** What a rule looks for has held for as long as the rule says. */
export interface AlertFired extends MonitorStamp {
  readonly type: 'alert.fired'
  readonly rule: string
  /** What it is about: `official, painter`. */
  readonly subject: string
  readonly severity: Severity
  readonly text: string
}

/** It has not held for a while. */
export interface AlertResolved extends MonitorStamp {
  readonly type: 'alert.resolved'
  readonly rule: string
  readonly subject: string
  readonly severity: Severity
  /** From the moment when it began to hold, in milliseconds. */
  readonly lastedMs: number
}

/** A notice did not arrive, or was given up because too many waited for their sink. */
export interface NoticeLost extends MonitorStamp {
  readonly type: 'notice.lost'
  readonly sink: string
  /** The name of the error; `Crowded` where the line was full. Its message may hold an address, so that it stays out of events. */
  readonly errorName: string
}

/** Code that was handed in (a rule, a listener, a function to save with) threw. */
export interface MonitorDiagnosticReported extends MonitorStamp {
  readonly type: 'diagnostic.reported'
  readonly source: string
  readonly errorName: string
}

/** Everything that a monitor says. */
export type MonitorEvent =
  | HealthChanged
  | FeedChanged
  | DisagreementFound
  | DisagreementEnded
  | AlertFired
  | AlertResolved
  | NoticeLost
  | MonitorDiagnosticReported

/** An event before it is stamped. */
export type MonitorEventBody = MonitorEvent extends infer E
  ? E extends MonitorStamp
    ? Omit<E, keyof MonitorStamp>
    : never
  : never
