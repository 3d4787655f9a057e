import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'vitest'
import { freePort } from '../free-port.ts'
import { program } from '../program.ts'

/** A PostgreSQL of the test's own, on 127.0.0.1. It ends with the test. */
export interface PostgresServer {
  readonly port: number
  readonly url: string
}

/** PostgreSQL refuses to run as root: there it runs as Debian's `nobody`. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** A new, empty PostgreSQL. Skips the test with the reason where there is no such program. */
export const postgresServer = async (
  context: Pick<TestContext, 'skip' | 'onTestFinished'>,
): Promise<PostgresServer> => {
  const initdb = program('initdb', context)
  const postgres = program('postgres', context)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-postgres-'))
  if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid)
  const settings = { ...NOBODY, cwd: folder, encoding: 'utf8' } as const
  const made = spawnSync(initdb, ['-D', 'data', '-A', 'trust', '-U', 'spillway', '--no-sync'], settings)
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`)
  const port = await freePort()
  const child = spawn(postgres, ['-D', 'data', '-h', '127.0.0.1', '-p', String(port), '-k', folder], {
    ...NOBODY,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  context.onTestFinished(async () => {
    const gone = once(child, 'exit')
    // At once: it does not wait for its clients.
    if (child.exitCode === null && child.kill('SIGQUIT')) await gone
    rmSync(folder, { recursive: true, force: true })
  })
  await ready(child)
  return { port, url: `postgres://spillway@127.0.0.1:${port}/postgres` }
}

const ready = async (child: ChildProcess): Promise<void> => {
  const said: string[] = []
  for await (const line of createInterface(child.stderr!)) {
    if (line.includes('ready to accept connections')) {
      child.stderr!.resume()
      return
    }
    said.push(line)
  }
  throw new Error(`postgres did not start:\n${said.join('\n')}`)
}
