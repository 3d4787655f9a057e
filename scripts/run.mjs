// Runs a root script with the pnpm pinned in package.json, whoever calls: `npm test`, `pnpm test`, `node --run test`.
// Needs only Node >= 20 and npm. pnpm installs what is missing before the script (verifyDepsBeforeRun),
// and the root `node` package puts Node 24 first in PATH for everything below.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const major = (version) => String(version).trim().split('.')[0]
if (Number(major(process.versions.node)) < 20) {
  console.error(`Spillway needs Node 20 or newer to set itself up, and this is ${process.version}: https://nodejs.org`)
  process.exit(1)
}

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pinned = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager
const win = process.platform === 'win32'

// `npm run` puts node_modules/.bin in PATH; the pnpm there, if any, would be a dependency's, not the user's
const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((p) => !p.includes('node_modules'))
  .join(delimiter)
const have = spawnSync('pnpm', ['--version'], {
  cwd: root,
  shell: win,
  encoding: 'utf8',
  env: { ...process.env, PATH: path },
})
const ok = have.status === 0 && major(have.stdout) === major(pinned.split('@')[1])
const [cmd, ...pre] = ok ? ['pnpm'] : ['npx', '--yes', pinned]
// Without a terminal (CI, a supervisor, a test) the child leads its own process group, so that a signal reaches every
// process below; at a terminal Ctrl+C does that by itself.
const detached = !win && !process.stdin.isTTY
const child = spawn(cmd, [...pre, 'run', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  shell: win,
  detached,
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    try {
      if (child.pid) process.kill(detached ? -child.pid : child.pid, signal)
    } catch {}
  })
}
child.on('error', (error) => {
  console.error(`Could not start ${cmd} (${error.message}). npm comes with Node: is it installed and in PATH?`)
  process.exitCode = 1
})
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 130 : 1)
})
