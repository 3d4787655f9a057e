import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A Redis for the example. */
export interface Redis {
  readonly url: string
  stop(): Promise<void>
}

/** Where `node scripts/programs.ts` puts programs, and where everybody else does. */
const FOLDERS = [
  join(import.meta.dirname, '../../../node_modules/.cache/programs/usr/bin'),
  ...(process.env['PATH'] ?? '').split(delimiter),
]

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** That of `REDIS_URL`, or one of its own for as long as the example runs; `undefined` where there is no redis-server. */
export const findRedis = async (): Promise<Redis | undefined> => {
  const given = process.env['REDIS_URL']
  if (given !== undefined) return { url: given, stop: () => Promise.resolve() }
  const server = FOLDERS.flatMap((folder) => [join(folder, 'valkey-server'), join(folder, 'redis-server')]).find(
    isProgram,
  )
  return server === undefined ? undefined : start(server)
}

const start = async (server: string): Promise<Redis> => {
  const folder = mkdtempSync(join(tmpdir(), 'many-machines-'))
  const port = await freePort()
  const libraries = globSync(join(dirname(server), '../lib/*-linux-gnu*')).join(delimiter)
  const child = spawn(server, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''], {
    env: libraries === '' ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await ready(child)
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const ready = async (child: ChildProcess): Promise<void> => {
  for await (const line of createInterface(child.stdout!))
    if (line.includes('Ready to accept connections')) return void child.stdout!.resume()
  throw new Error('redis-server did not start.')
}
