import { Redis } from 'ioredis'
import { expect } from 'vitest'
import { redisServer, type RedisServer, type RedisTest } from './redis-server.ts'

const SLOTS = 16_384

/** Masters without replicas that share all slots. It ends with the test. */
export interface RedisCluster {
  readonly masters: readonly RedisServer[]
  /** Commands to one of them, past the routing of a client. */
  readonly admin: (master: RedisServer) => Redis
  /** Resolves when every master sees every other one, and all slots are served. */
  readonly whole: () => Promise<void>
}

/** A cluster of so many masters, with the slots in equal ranges. One refuses keys of several slots in a script as many do. */
export const redisCluster = async (context: RedisTest, count = 1): Promise<RedisCluster> => {
  const settings = [
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    // What Redis ships with: after a shorter one, masters that had to wait for a busy machine's cores or disk take each
    // other for gone, and a master without the others serves nobody.
    '--cluster-node-timeout',
    '15000',
    // Of a master that is gone, the slots of the others are served all the same.
    '--cluster-require-full-coverage',
    'no',
  ]
  const masters = await Promise.all(Array.from({ length: count }, () => redisServer(context, { args: settings })))
  const admins = new Map(masters.map((master) => [master, new Redis(master.url, { retryStrategy: () => 50 })]))
  const admin = (master: RedisServer): Redis => admins.get(master)!
  context.onTestFinished(() => {
    for (const each of admins.values()) each.disconnect()
  })
  const [first] = masters
  for (const [i, master] of masters.entries()) {
    admin(master).on('error', () => undefined)
    const range = [i, i + 1].map((n) => Math.floor((n * SLOTS) / count)) as [number, number]
    await admin(master).call('CLUSTER', 'ADDSLOTSRANGE', range[0], range[1] - 1)
    if (master !== first) await admin(master).call('CLUSTER', 'MEET', '127.0.0.1', first!.port)
  }
  const whole = async (): Promise<void> => {
    for (const master of masters) {
      const info = (): Promise<unknown> => admin(master).call('CLUSTER', 'INFO')
      await expect
        .poll(info)
        .toMatch(new RegExp(`cluster_state:ok[^]*cluster_slots_ok:${SLOTS}[^]*known_nodes:${count}`))
      const links = async (): Promise<string[]> => {
        const nodes = String(await admin(master).call('CLUSTER', 'NODES'))
        return nodes
          .trim()
          .split('\n')
          .filter((line) => line.includes(' connected') && !line.includes('fail'))
      }
      await expect.poll(links).toHaveLength(count)
    }
  }
  await whole()
  return { masters, admin, whole }
}
