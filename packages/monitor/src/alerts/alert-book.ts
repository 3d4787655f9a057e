import { ALERT_RULE_DEFAULTS, type Alert, type AlertFinding, type AlertRule } from './alert-rule.ts'

/** A rule that finds more than this has been written wrongly: what is beyond it is not looked at. */
const MAX_ALERTS = 1000

interface Entry {
  readonly rule: AlertRule
  readonly since: number
  finding: AlertFinding
  foundAt: number
  firedAt: number | undefined
}

/** What has become of alerts. */
export interface AlertChanges {
  readonly fired: readonly Alert[]
  readonly resolved: readonly Alert[]
}

/** Which alerts hold: one for each rule and subject, however often it is found. */
export class AlertBook {
  readonly #entries = new Map<string, Entry>()

  /**
   * Takes in what all rules have found.
   *
   * @param found for each rule; a rule that is not in it has not been asked, and its alerts stay as they are
   * @param wallTime now, in milliseconds since 1970 UTC
   */
  enter(found: ReadonlyMap<AlertRule, readonly AlertFinding[]>, wallTime: number): AlertChanges {
    const fired: Alert[] = []
    for (const [rule, findings] of found)
      for (const finding of findings) {
        const entry = this.#entryOf(rule, finding, wallTime)
        if (entry === undefined) continue
        const { forMs = ALERT_RULE_DEFAULTS.forMs } = rule
        if (entry.firedAt !== undefined || wallTime - entry.since < forMs) continue
        entry.firedAt = wallTime
        fired.push(alertOf(entry, wallTime))
      }
    return { fired, resolved: this.#resolve(found, wallTime) }
  }

  /** Those that have fired and are not resolved. */
  get firing(): Alert[] {
    return [...this.#entries.values()].flatMap((entry) =>
      entry.firedAt === undefined ? [] : [alertOf(entry, entry.firedAt)],
    )
  }

  #entryOf(rule: AlertRule, finding: AlertFinding, wallTime: number): Entry | undefined {
    const key = JSON.stringify([rule.name, finding.subject])
    let entry = this.#entries.get(key)
    if (entry === undefined) {
      if (this.#entries.size >= MAX_ALERTS) return undefined
      entry = {
        rule,
        since: beginOf(finding, wallTime),
        finding,
        foundAt: wallTime,
        firedAt: undefined,
      }
      this.#entries.set(key, entry)
    }
    entry.finding = finding
    entry.foundAt = wallTime
    return entry
  }

  #resolve(found: ReadonlyMap<AlertRule, unknown>, wallTime: number): Alert[] {
    const resolved: Alert[] = []
    for (const [key, entry] of this.#entries) {
      const { rule, firedAt, foundAt } = entry
      if (foundAt === wallTime || !found.has(rule)) continue
      const { resolveAfterMs = ALERT_RULE_DEFAULTS.resolveAfterMs } = rule
      if (firedAt === undefined) this.#entries.delete(key)
      else if (wallTime - foundAt >= resolveAfterMs) {
        this.#entries.delete(key)
        resolved.push(alertOf(entry, firedAt))
      }
    }
    return resolved
  }
}

/** A rule may know since when it holds; nothing holds since tomorrow. */
const beginOf = ({ since }: AlertFinding, wallTime: number): number =>
  since !== undefined && since < wallTime ? since : wallTime

const alertOf = ({ rule, since, finding }: Entry, firedAt: number): Alert => ({
  rule: rule.name,
  severity: rule.severity ?? ALERT_RULE_DEFAULTS.severity,
  subject: finding.subject,
  text: finding.text,
  since,
  firedAt,
})
