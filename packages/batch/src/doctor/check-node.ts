import { sqlite } from '../journal/sqlite.ts'
import { ok, problem, type Finding } from './finding.ts'

/** From here on Node has everything that the program uses: `engines` of the package. */
const OLDEST = [22, 15] as const

/** Why a version of Node is too old, and what to do; `undefined` where it is not. */
export const tooOldNode = (version: string): { readonly found: string; readonly todo: string } | undefined => {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined
  return { found: `${version} is too old`, todo: UPGRADE }
}

const UPGRADE = `Take Node ${OLDEST.join('.')} or newer.`

/** @param open opens a database in memory; throws where there is no SQLite */
export function checkNode(version: string, open: () => void = openDatabase): Finding[] {
  const tooOld = tooOldNode(version)
  const findings = [tooOld ? problem('node', 'Node', tooOld.found, tooOld.todo) : ok('node', 'Node', version)]
  try {
    open()
    findings.push(ok('node', 'node:sqlite', 'is there'))
  } catch {
    findings.push(problem('node', 'node:sqlite', 'cannot be loaded: a run has nowhere to write its journal', UPGRADE))
  }
  return findings
}

const openDatabase = (): void => new (sqlite().DatabaseSync)(':memory:').close()
