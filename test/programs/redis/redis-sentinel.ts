import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { freePort } from '../free-port.ts'
import { program } from '../program.ts'
import { redisServer, withLibraries, type RedisServer, type RedisTest } from './redis-server.ts'

/** A master with a replica, and who makes the one the other. */
export interface SentinelWorld {
  readonly master: RedisServer
  readonly replica: RedisServer
  readonly sentinel: { readonly host: string; readonly port: number }
  /** What the sentinel calls the master. */
  readonly name: string
}

const NAME = 'pictures'

/** One sentinel that takes a master for dead after half a second. It ends with the test. */
export const redisSentinel = async (context: RedisTest): Promise<SentinelWorld> => {
  const path = program('redis-server', context)
  // A replica that asks for everything has it at once.
  const master = await redisServer(context, { args: ['--repl-diskless-sync-delay', '0'] })
  const replica = await redisServer(context, { args: ['--replicaof', `127.0.0.1 ${master.port}`] })
  const folder = mkdtempSync(join(tmpdir(), 'spillway-sentinel-'))
  const port = await freePort()
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds ${NAME} 500`,
    `sentinel failover-timeout ${NAME} 2000`,
  ]
  // It writes into its file what it finds out.
  const file = join(folder, 'sentinel.conf')
  writeFileSync(file, settings.join('\n'))
  const child = spawn(path, [file, '--sentinel'], { env: withLibraries(path), stdio: ['ignore', 'ignore', 'inherit'] })
  const admin = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50 })
  admin.on('error', () => undefined)
  context.onTestFinished(async () => {
    admin.disconnect()
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    rmSync(folder, { recursive: true, force: true })
  })
  // A replica that it does not know of cannot follow.
  await expect.poll(() => admin.call('SENTINEL', 'REPLICAS', NAME).then(String)).toMatch(/master-link-status,ok/)
  return { master, replica, sentinel: { host: '127.0.0.1', port }, name: NAME }
}
