import { STATUS_LEVELS, type ComponentStatus, type StatusLevel } from './status-feed.ts'

/** What is known of an incident, each where it is. */
interface Incident {
  readonly since?: number | undefined
  readonly title?: string | undefined
  readonly link?: string | undefined
}

/** What is said of a component, with what is known of the incident that it has. */
export const componentStatus = (
  component: string,
  level: StatusLevel,
  { since, title, link }: Incident = {},
): ComponentStatus => ({
  component,
  level,
  ...(since === undefined ? {} : { since }),
  ...(title === undefined ? {} : { title }),
  ...(link === undefined ? {} : { link }),
})

/** The one with the worst level; the first of several. */
export const worst = <T extends { readonly level: StatusLevel }>(all: readonly T[]): T | undefined =>
  all.reduce<T | undefined>(
    (found, each) => (found === undefined || rank(each.level) > rank(found.level) ? each : found),
    undefined,
  )

const rank = (level: StatusLevel): number => STATUS_LEVELS.indexOf(level)
