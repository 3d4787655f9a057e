import { SEVERITIES, type Alert } from './alert-rule.ts'

/**
 * Which alerts people have been told of. One outage lets several rules fire: of a subject they are told of the worst alone, and of
 * a lesser one when it is what is left.
 */
export class ToldAlerts {
  readonly #told = new Set<string>()

  /** Those of the firing ones that somebody is to be told of now. */
  begin(firing: readonly Alert[]): Alert[] {
    const news = firing.filter((alert) => !this.#told.has(keyOf(alert)) && !isCovered(alert, firing))
    for (const alert of news) this.#told.add(keyOf(alert))
    return news
  }

  /** Those of the resolved ones that somebody was told of. */
  end(resolved: readonly Alert[]): Alert[] {
    return resolved.filter((alert) => this.#told.delete(keyOf(alert)))
  }
}

const keyOf = ({ rule, subject }: Alert): string => JSON.stringify([rule, subject])

const isCovered = ({ subject, severity }: Alert, firing: readonly Alert[]): boolean =>
  firing.some((other) => other.subject === subject && SEVERITIES.indexOf(other.severity) > SEVERITIES.indexOf(severity))
