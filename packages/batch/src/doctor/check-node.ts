import { sqlite } from '../journal/sqlite.ts'
import { ok, problem, type Finding } from './finding.ts'

/** From here on Node has everything that the program uses: `engines` of the package. */
const OLDEST = [22, 15] as const

/** @param open opens a database in memory; throws where there is no SQLite */
export function checkNode(version: string, open: () => void = openDatabase): Finding[] {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number)
  const young = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  const upgrade = `Take Node ${OLDEST.join('.')} or newer.`
  const findings = [young ? ok('node', 'Node', version) : problem('node', 'Node', `${version} is too old`, upgrade)]
  try {
    open()
    findings.push(ok('node', 'node:sqlite', 'is there'))
  } catch {
    findings.push(problem('node', 'node:sqlite', 'cannot be loaded: a run has nowhere to write its journal', upgrade))
  }
  return findings
}

const openDatabase = (): void => new (sqlite().DatabaseSync)(':memory:').close()
