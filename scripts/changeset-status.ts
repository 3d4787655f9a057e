// A change under packages/*/src needs a changeset: compares with the main branch, wherever this checkout keeps it.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { SKIPPED } from './totals.ts'

const root = join(import.meta.dirname, '..')
const knows = (name: string): boolean =>
  spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { cwd: root }).status === 0
const base = ['main', 'origin/main'].find(knows)
if (base === undefined) {
  console.log('this checkout has no main branch to compare with')
  process.exitCode = SKIPPED
} else {
  const { status } = spawnSync(process.execPath, ['node_modules/@changesets/cli/bin.js', 'status', `--since=${base}`], {
    cwd: root,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}
