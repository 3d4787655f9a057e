// Fetches the programs that some suites need beyond npm, from Debian's packages, into node_modules/.cache: no root, nothing
// installed. `node scripts/programs.ts`, with apt-get and dpkg-deb. What cannot be had is told, and its suites say so too.
import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

interface Program {
  /** Debian's packages, the libraries included that a bare system lacks. */
  readonly packages: readonly string[]
  /** What has to be there afterwards. */
  readonly files: readonly string[]
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  prometheus: { packages: ['prometheus'], files: ['usr/bin/prometheus', 'usr/bin/promtool'] },
  'redis-server': {
    packages: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'],
    files: ['usr/bin/redis-server', 'usr/lib/*/libjemalloc.so.2', 'usr/lib/*/liblzf.so.1', 'usr/lib/*/libatomic.so.1'],
  },
}

const folder = join(import.meta.dirname, '../node_modules/.cache/programs')
mkdirSync(folder, { recursive: true })

const run = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0

const fetchPackages = (names: readonly string[]): boolean => {
  const download = (): boolean => run('apt-get', ['download', ...names])
  // A fresh machine has no lists of packages yet, and getting them takes root.
  if (!download() && !(run('apt-get', ['update']) && download())) return false
  const archives = names.flatMap((name) => globSync(`${name}_*.deb`, { cwd: folder }))
  const unpacked = archives.every((archive) => run('dpkg-deb', ['-x', archive, '.']))
  for (const archive of archives) rmSync(join(folder, archive))
  return unpacked
}

for (const [name, { packages, files }] of Object.entries(PROGRAMS)) {
  const missing = (): boolean => files.some((file) => globSync(file, { cwd: folder }).length === 0)
  if (missing() && !(fetchPackages(packages) && !missing())) {
    console.error(`Debian's ${packages.join(', ')} could not be fetched: the suites that need ${name} cannot run.`)
    process.exitCode = 1
  } else console.log(`${name}: ${join(folder, 'usr/bin')}`)
}
