import { ok, warning, type Finding } from './finding.ts'
import { findPackage } from './find-package.ts'

/** Clients, and the package of ours that knows them. */
const CLIENTS = [
  ['openai', '@spillway/openai'],
  ['@google/genai', '@spillway/gemini'],
] as const

/**
 * The official clients: those that the program brings along, and those of the application in `folder`, against the versions
 * that the adapters are made for.
 *
 * @param home where the program itself is
 */
export function checkClients(folder: string, home: string): Finding[] {
  return CLIENTS.flatMap(([name, adapter]) => {
    const range = findPackage(adapter, home)?.peerDependencies[name]
    const ours = findPackage(name, home)
    const theirs = findPackage(name, folder)
    const places = [
      ['the program’s', ours],
      ...(theirs === undefined || theirs.folder === ours?.folder ? [] : ([['the application’s', theirs]] as const)),
    ] as const
    return places.map(([whose, copy]) => {
      if (copy === undefined) return warning('client', name, `${whose} copy is missing`, 'Install the program again.')
      if (range === undefined || fits(copy.version, range)) return ok('client', name, `${whose} is ${copy.version}`)
      return warning(
        'client',
        name,
        `${whose} is ${copy.version}, and ${adapter} is made for ${range}`,
        `npm install ${name}@${range}`,
      )
    })
  })
}

/** Whether a version is in a range such as `^7.57.0`; other kinds of ranges are not used here and let everything in. */
export function fits(version: string, range: string): boolean {
  const wanted = /^\^(\d+)\.(\d+)\.(\d+)$/.exec(range)?.slice(1).map(Number)
  const has = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number)
  if (wanted === undefined || has === undefined) return true
  const [major = 0, minor = 0, patch = 0] = wanted
  const [hasMajor = 0, hasMinor = 0, hasPatch = 0] = has
  return hasMajor === major && (hasMinor > minor || (hasMinor === minor && hasPatch >= patch))
}
