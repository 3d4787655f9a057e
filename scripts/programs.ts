// Fetches the programs that some suites need beyond npm, from Debian's packages, into node_modules/.cache: no root, nothing
// installed. `node scripts/programs.ts`, with apt-get and dpkg-deb. What cannot be had is told, and its suites say so too.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Debian's package, and the programs that are taken from it. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = { prometheus: ['prometheus', 'promtool'] }

const folder = join(import.meta.dirname, '../node_modules/.cache/programs')
mkdirSync(folder, { recursive: true })

const run = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0

const fetchPackage = (name: string): boolean => {
  const download = (): boolean => run('apt-get', ['download', name])
  // A fresh machine has no lists of packages yet, and getting them takes root.
  if (!download() && !(run('apt-get', ['update']) && download())) return false
  const archives = globSync(`${name}_*.deb`, { cwd: folder })
  const unpacked = archives.every((archive) => run('dpkg-deb', ['-x', archive, '.']))
  for (const archive of archives) rmSync(join(folder, archive))
  return unpacked
}

for (const [name, programs] of Object.entries(PACKAGES)) {
  const missing = (): boolean => programs.some((program) => !existsSync(join(folder, 'usr/bin', program)))
  if (missing() && !(fetchPackage(name) && !missing())) {
    console.error(
      `Debian's package ${name} could not be fetched: the suites that need ${programs.join(' and ')} cannot run.`,
    )
    process.exitCode = 1
  } else console.log(`${programs.join(', ')}: ${join(folder, 'usr/bin')}`)
}
