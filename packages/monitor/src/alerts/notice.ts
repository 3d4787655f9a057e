import { inWords } from '../disagreement/sentence.ts'
import type { Alert } from './alert-rule.ts'

/** One message about alerts. */
export interface Notice {
  /** `withheld` tells how many were not sent because there were too many. */
  readonly kind: 'fired' | 'resolved' | 'withheld'
  /** The monitor's name. */
  readonly monitor: string
  /** Milliseconds since 1970 UTC. */
  readonly at: number
  /** All of it in one line. */
  readonly text: string
  /** Absent where it is about several. */
  readonly alert?: Alert
}

/** What tells people. */
export interface AlertSink {
  /** Appears in events. Nothing secret. */
  readonly name: string
  /**
   * Sends one notice. Nothing waits for it but the next notice.
   *
   * @param signal ends it when the monitor is disposed of
   */
  send(notice: Notice, signal: AbortSignal): void | PromiseLike<void>
}

export const firedNotice = (monitor: string, alert: Alert, at: number): Notice => ({
  kind: 'fired',
  monitor,
  at,
  text: `${monitor}: ${alert.severity}: ${alert.text} [${alert.rule}]`,
  alert,
})

export const resolvedNotice = (monitor: string, alert: Alert, at: number): Notice => ({
  kind: 'resolved',
  monitor,
  at,
  text: `${monitor}: resolved after ${inWords(at - alert.since)}: ${alert.subject} [${alert.rule}]`,
  alert,
})

export const withheldNotice = (monitor: string, count: number, firing: number, at: number): Notice => ({
  kind: 'withheld',
  monitor,
  at,
  text: `${monitor}: ${count} notice${count === 1 ? ' was' : 's were'} withheld because there were too many; ${firing} alert${firing === 1 ? ' is' : 's are'} firing now`,
})
