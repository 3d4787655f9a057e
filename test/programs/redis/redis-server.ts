import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'vitest'
import { freePort } from '../free-port.ts'
import { program } from '../program.ts'

/** A redis-server of the test's own, on 127.0.0.1. It ends with the test. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Ends it: in order (`SIGTERM`), or as a crash (`SIGKILL`). */
  readonly stop: (signal?: 'SIGTERM' | 'SIGKILL') => Promise<void>
  /** Starts it again on the same port, with what it had kept. Ready when it takes connections. */
  readonly start: () => Promise<void>
}

interface ServerOptions {
  /** Whether each write is on disk before it is answered, and there again after {@link RedisServer.start}. @default false */
  readonly persistent?: boolean
  /** Further settings: `['--requirepass', 'secret']`. @default [] */
  readonly args?: readonly string[]
}

/** What is needed of a test's context. */
export type RedisTest = Pick<TestContext, 'skip' | 'onTestFinished'>

/** A redis-server that does not end by itself. Skips the test with the reason where there is no such program. */
export const redisServer = async (
  context: RedisTest,
  { persistent = false, args = [] }: ServerOptions = {},
): Promise<RedisServer> => {
  const path = program('redis-server', context)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-redis-'))
  const port = await freePort()
  const kept = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', ...kept, ...args]
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(path, settings, { env: withLibraries(path), stdio: ['ignore', 'pipe', 'inherit'] })
    await ready(child)
  }
  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> => {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = once(ending, 'exit')
    ending.kill(signal)
    await gone
  }
  context.onTestFinished(async () => {
    await stop('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return { port, url: `redis://127.0.0.1:${port}`, start, stop }
}

/** A Redis that the test only uses: that of `REDIS_URL`, which others use too, or one of its own. */
export const redisUrl = async (context: RedisTest): Promise<string> =>
  process.env['REDIS_URL'] ?? (await redisServer(context)).url

/** A fetched program finds its libraries beside it. */
export const withLibraries = (path: string): NodeJS.ProcessEnv => {
  const libraries = globSync(join(dirname(path), '../lib/*-linux-gnu*'))
  return libraries.length === 0 ? process.env : { ...process.env, LD_LIBRARY_PATH: libraries.join(delimiter) }
}

const ready = async (child: ChildProcess): Promise<void> => {
  const said: string[] = []
  for await (const line of createInterface(child.stdout!)) {
    if (line.includes('Ready to accept connections')) {
      child.stdout!.resume()
      return
    }
    said.push(line)
  }
  throw new Error(`redis-server did not start:\n${said.join('\n')}`)
}
