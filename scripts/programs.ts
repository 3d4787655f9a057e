// Fetches the programs that some suites need beyond npm, from Debian's packages, into node_modules/.cache: no root, nothing
// installed. `node scripts/programs.ts`, with apt-get and dpkg-deb. What cannot be had is told, and its suites say so too.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

interface Program {
  /** Debian's packages, the libraries included that a bare system lacks. */
  readonly packages: readonly string[]
  /** Also what Debian says that the packages need and this system lacks. */
  readonly withDependencies?: true
  /** What has to be there afterwards. */
  readonly files: readonly string[]
  /** A program that does as well, where it is installed. */
  readonly instead?: string
  /** Take the place of the package's own, which expect to be installed. */
  readonly launcher?: { readonly files: readonly string[]; readonly script: string }
}

/** The browser out of its folder: its libraries and fonts stand beside it. */
const CHROMIUM = `#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
for folder in "$root"/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu*/pulseaudio; do
  LD_LIBRARY_PATH=$folder\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH XDG_DATA_HOME="$root/usr/share"
[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$root/etc/fonts/fonts.conf"
exec "$root/usr/lib/chromium/chromium" "$@"
`

/** The server out of its folder, under each of its programs' names: it looks for the rest of itself beside it. */
const POSTGRES = `#!/bin/sh
root=$(cd "$(dirname "$0")/../.." && pwd)
for folder in "$root"/lib/*-linux-gnu* "$root"/usr/lib/*-linux-gnu*; do
  LD_LIBRARY_PATH=$folder\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
done
export LD_LIBRARY_PATH
exec "$root/usr/lib/postgresql/15/bin/$(basename "$0")" "$@"
`

const PROGRAMS: Readonly<Record<string, Program>> = {
  prometheus: { packages: ['prometheus'], files: ['usr/bin/prometheus', 'usr/bin/promtool'] },
  alertmanager: {
    packages: ['prometheus-alertmanager'],
    files: ['usr/bin/prometheus-alertmanager', 'usr/bin/amtool'],
  },
  'redis-server': {
    packages: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'],
    files: ['usr/bin/redis-server', 'usr/lib/*/libjemalloc.so.2', 'usr/lib/*/liblzf.so.1', 'usr/lib/*/libatomic.so.1'],
  },
  openssl: { packages: ['openssl'], files: ['usr/bin/openssl'], instead: 'openssl' },
  chromium: {
    packages: ['chromium', 'fonts-dejavu-core', 'fonts-liberation'],
    withDependencies: true,
    files: ['usr/lib/chromium/chromium', 'usr/bin/chromium'],
    instead: 'google-chrome',
    launcher: { files: ['usr/bin/chromium'], script: CHROMIUM },
  },
  postgres: {
    packages: ['postgresql-15'],
    withDependencies: true,
    files: ['usr/lib/postgresql/15/bin/initdb', 'usr/bin/initdb', 'usr/bin/postgres'],
    launcher: { files: ['usr/bin/initdb', 'usr/bin/postgres'], script: POSTGRES },
  },
}

const folder = join(import.meta.dirname, '../node_modules/.cache/programs')
mkdirSync(folder, { recursive: true })

const run = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0

/** The packages with all that they need and that is not installed, by a rehearsal of installing them. */
const withDependencies = (names: readonly string[]): string[] => {
  const rehearsal = spawnSync('apt-get', ['install', '--simulate', '--no-install-recommends', ...names], {
    encoding: 'utf8',
  })
  const needed = [...(rehearsal.stdout ?? '').matchAll(/^Inst (\S+)/gm)].map(([, name]) => name as string)
  return [...new Set([...names, ...needed])]
}

const fetchPackages = (program: Program): boolean => {
  const download = (): boolean => {
    const names = program.withDependencies === true ? withDependencies(program.packages) : program.packages
    return run('apt-get', ['download', ...names])
  }
  // A fresh machine has no lists of packages yet, and getting them takes root.
  if (!download() && !(run('apt-get', ['update']) && download())) return false
  const archives = globSync('*.deb', { cwd: folder })
  const unpacked = archives.every((archive) => run('dpkg-deb', ['-x', archive, '.']))
  for (const archive of archives) rmSync(join(folder, archive))
  const { files = [], script = '' } = program.launcher ?? {}
  if (unpacked) for (const file of files) writeFileSync(join(folder, file), script, { mode: 0o755 })
  return unpacked
}

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)))

for (const [name, program] of Object.entries(PROGRAMS)) {
  if (program.instead !== undefined && isInstalled(program.instead)) {
    console.log(`${program.instead}: installed`)
    continue
  }
  const missing = (): boolean => program.files.some((file) => globSync(file, { cwd: folder }).length === 0)
  if (missing() && !(fetchPackages(program) && !missing())) {
    console.error(
      `Debian's ${program.packages.join(', ')} could not be fetched: the suites that need ${name} cannot run.`,
    )
    process.exitCode = 1
  } else console.log(`${name}: ${join(folder, 'usr/bin')}`)
}
