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

/** @param firing all that fire now: what was withheld may be that one of them does, or that one does no more */
export const withheldNotice = (monitor: string, count: number, firing: readonly Alert[], at: number): Notice => ({
  kind: 'withheld',
  monitor,
  at,
  text: `${monitor}: ${count} notice${count === 1 ? ' was' : 's were'} withheld because there were too many; firing now: ${named(firing)}`,
})

/** A notice is read on a telephone: it names so many. */
const MAX_NAMED = 5

const named = (alerts: readonly Alert[]): string => {
  const names = alerts.slice(0, MAX_NAMED).map(({ subject, rule }) => `${subject} [${rule}]`)
  const more = alerts.length - names.length
  return alerts.length === 0 ? 'nothing' : `${names.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
