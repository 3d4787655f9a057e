/**
 * How much a request matters when not all can be served. The four levels of Google's SRE book: `sheddable` work is given
 * up first, `critical_plus` last.
 */
export type Criticality = 'sheddable' | 'sheddable_plus' | 'critical' | 'critical_plus'

/** From what goes first to what goes last. */
export const CRITICALITIES: readonly Criticality[] = ['sheddable', 'sheddable_plus', 'critical', 'critical_plus']

/** The header in which a trusted hop passes the level on. No standard has one. */
export const CRITICALITY_HEADER = 'x-request-criticality'

/** What pipelines take for their lines and reserves: an ordinary call has 0. */
export const PRIORITY_OF: Readonly<Record<Criticality, number>> = {
  sheddable: -2,
  sheddable_plus: -1,
  critical: 0,
  critical_plus: 1,
}

/** A level as a header spells it, with `-` or `_`; `undefined` for anything else. */
export const parseCriticality = (text: string | undefined): Criticality | undefined => {
  const word = text?.trim().toLowerCase().replace('-', '_')
  return CRITICALITIES.find((level) => level === word)
}
