import { SEVERITIES, type Alert } from './alert-rule.ts'

/**
 * Which alerts people have been told of. One outage lets several rules fire: of a subject they are told of the worst alone, and of
 * a lesser one when it is what is left.
 */
export class ToldAlerts {
  readonly #told = new Set<string>()

  /** Those of the firing ones that nobody was told of and somebody should be. */
  news(firing: readonly Alert[]): Alert[] {
    return firing.filter((alert) => !this.has(alert) && !isCovered(alert, firing))
  }

  has(alert: Alert): boolean {
    return this.#told.has(keyOf(alert))
  }

  add(alert: Alert): void {
    this.#told.add(keyOf(alert))
  }

  /** Those of the resolved ones that somebody was told of. */
  end(resolved: readonly Alert[]): Alert[] {
    return resolved.filter((alert) => this.#told.delete(keyOf(alert)))
  }
}

/** Says which alert it is. */
export const keyOf = ({ rule, subject }: Alert): string => JSON.stringify([rule, subject])

const isCovered = ({ subject, severity }: Alert, firing: readonly Alert[]): boolean =>
  firing.some((other) => other.subject === subject && SEVERITIES.indexOf(other.severity) > SEVERITIES.indexOf(severity))
