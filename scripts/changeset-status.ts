// A change under packages/*/src needs a changeset: compares with the main branch, wherever this checkout keeps it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { SKIPPED } from './totals.ts'

const root = join(import.meta.dirname, '..')
const commit = (name: string): string =>
  spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { cwd: root, encoding: 'utf8' }).stdout
const base = ['main', 'origin/main'].find((name) => commit(name) !== '')
if (base === undefined) {
  console.log('this checkout has no main branch to compare with')
  process.exitCode = SKIPPED
} else {
  // on main itself every changeset that waits for the next release counts; on a branch only those the branch adds
  const since = commit('HEAD') === commit(base) ? [] : [`--since=${base}`]
  const changeset = ['node_modules/@changesets/cli/bin.js', 'status', ...since]
  const { status } = spawnSync(process.execPath, changeset, { cwd: root, stdio: 'inherit' })
  process.exitCode = status ?? 1
}
