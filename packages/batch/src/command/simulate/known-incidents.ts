import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Where those are that come with the package: beside its package.json, however deep this stands in what was built. */
const FOLDER = join(dirname(createRequire(import.meta.url).resolve('@spillway/batch/package.json')), 'incidents')

/** Their names. */
export const incidentNames = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted()

/** The file of one of them. */
export const incidentFile = (name: string): string => join(FOLDER, `${name}.json`)
