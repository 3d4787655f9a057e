import type { Clock } from '@spillway/core'
import type { HealthSnapshot } from '../monitor/health-snapshot.ts'
import type { MonitorEventBody } from '../monitor/monitor-events.ts'
import { AlertBook } from './alert-book.ts'
import type { ResolvedAlertOptions } from './alert-options.ts'
import type { Alert, AlertFinding, AlertRule } from './alert-rule.ts'
import { firedNotice, resolvedNotice, withheldNotice, type Notice } from './notice.ts'
import { NoticeLimit } from './notice-limit.ts'
import { SinkLine } from './sink-line.ts'
import { OneTeller } from './one-teller.ts'
import { keyOf, ToldAlerts } from './told-alerts.ts'

interface AlertsOptions extends ResolvedAlertOptions {
  readonly clock: Clock
  /** How often it is looked. */
  readonly everyMs: number
}

/** Asks the rules, and tells the sinks. */
export class Alerts {
  readonly #monitor: string
  readonly #rules: readonly AlertRule[]
  readonly #limit: NoticeLimit
  readonly #lines: readonly SinkLine[]
  readonly #book = new AlertBook()
  readonly #told = new ToldAlerts()
  readonly #teller: OneTeller | undefined
  /** Of which it is asked who tells of them. */
  readonly #asking = new Map<string, Promise<void>>()
  readonly #tell: (event: MonitorEventBody) => void

  /**
   * @param monitor its name
   * @param tell publishes an event
   */
  constructor(monitor: string, options: AlertsOptions, tell: (event: MonitorEventBody) => void) {
    const { rules, sinks, maxNotices, perMs, leases, clock, everyMs } = options
    this.#monitor = monitor
    this.#rules = rules
    this.#tell = tell
    this.#teller = leases === undefined ? undefined : new OneTeller(leases, clock, everyMs)
    this.#limit = new NoticeLimit(maxNotices, perMs)
    const lost = (sink: string, errorName: string): void => tell({ type: 'notice.lost', sink, errorName })
    this.#lines = sinks.map((sink) => new SinkLine(sink, lost))
  }

  get firing(): Alert[] {
    return this.#book.firing
  }

  /** Resolves when every notice has been sent, or has been given up. */
  async idle(): Promise<void> {
    await Promise.all(this.#asking.values())
    await Promise.all(this.#lines.map(({ idle }) => idle))
  }

  look(snapshot: HealthSnapshot): void {
    const { at } = snapshot
    const { fired, resolved } = this.#book.enter(this.#find(snapshot), at)
    for (const alert of fired) {
      const { rule, subject, severity, text } = alert
      this.#tell({ type: 'alert.fired', rule, subject, severity, text })
    }
    for (const alert of resolved) {
      const { rule, subject, severity, since } = alert
      this.#tell({ type: 'alert.resolved', rule, subject, severity, lastedMs: at - since })
    }
    const { firing } = this.#book
    for (const alert of this.#told.end(resolved)) this.#send(resolvedNotice(this.#monitor, alert, at))
    if (this.#teller === undefined) for (const alert of this.#told.news(firing)) this.#tellOf(alert, at)
    else this.#ask(this.#teller, firing, at)
    const withheld = this.#limit.admitSummary(at)
    if (withheld > 0) this.#toAll(withheldNotice(this.#monitor, withheld, firing, at))
  }

  dispose(): void {
    for (const line of this.#lines) line.dispose()
  }

  #tellOf(alert: Alert, at: number): void {
    this.#told.add(alert)
    this.#send(firedNotice(this.#monitor, alert, at))
  }

  /** Who has the lease of an alert tells, and keeps it; who has not asks at every look whether it is free. */
  #ask(teller: OneTeller, firing: readonly Alert[], at: number): void {
    const news = this.#told.news(firing)
    for (const alert of firing) {
      const isNew = news.includes(alert)
      if (this.#asking.has(keyOf(alert)) || (!isNew && !this.#told.has(alert))) continue
      this.#asking.set(keyOf(alert), this.#tellIfOurs(teller, alert, isNew ? at : undefined))
    }
  }

  /** @param at where it is news: now */
  async #tellIfOurs(teller: OneTeller, alert: Alert, at: number | undefined): Promise<void> {
    const isOurs = await teller.has(alert)
    this.#asking.delete(keyOf(alert))
    if (isOurs && at !== undefined && this.#book.firing.some((each) => keyOf(each) === keyOf(alert)))
      this.#tellOf(alert, at)
  }

  /** A rule that throws finds nothing new, and its alerts stay as they are. */
  #find(snapshot: HealthSnapshot): Map<AlertRule, readonly AlertFinding[]> {
    const found = new Map<AlertRule, readonly AlertFinding[]>()
    for (const rule of this.#rules)
      try {
        found.set(rule, findingsOf(rule.find(snapshot)))
      } catch (error) {
        const errorName = error instanceof Error ? error.name : typeof error
        this.#tell({ type: 'diagnostic.reported', source: `rule ${rule.name}`, errorName })
      }
    return found
  }

  #send(notice: Notice): void {
    if (this.#limit.admit(notice.at)) this.#toAll(notice)
  }

  #toAll(notice: Notice): void {
    for (const line of this.#lines) line.add(notice)
  }
}

const findingsOf = (found: ReturnType<AlertRule['find']>): readonly AlertFinding[] => {
  const findings =
    found === undefined || found === null
      ? []
      : Array.isArray(found)
        ? (found as AlertFinding[])
        : [found as AlertFinding]
  for (const { subject, text } of findings)
    if (typeof subject !== 'string' || typeof text !== 'string')
      throw new TypeError('A finding has a subject and a text.')
  return findings
}
