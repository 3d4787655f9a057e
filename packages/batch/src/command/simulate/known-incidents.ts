import { readdirSync } from 'node:fs'

/** Where those are that come with the package. */
export const INCIDENTS: URL = new URL('../../../incidents/', import.meta.url)

/** Their names. */
export const incidentNames = (): string[] =>
  readdirSync(INCIDENTS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted()
