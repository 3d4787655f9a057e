import { randomUUID } from 'node:crypto'
import { VirtualClock } from '@spillway/core/testing'
import { redisConnection, type RedisConnection } from '@spillway/redis'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import type { ClientKind } from './clients.ts'
import type { RedisServer, RedisTest } from './redis-server.ts'
import { following, sharing } from './shared-answer.ts'

interface Opened {
  readonly connect: () => Promise<RedisConnection>
  /** How many connections hear channels. */
  readonly hearing: () => Promise<number>
  /** How many connections there are, but for those of the test itself. */
  readonly connections: () => Promise<number>
  /** Closes the clients as their owner does. */
  readonly quit: () => Promise<void>
}

const opened = async (context: RedisTest, { open }: ClientKind, servers: readonly RedisServer[]): Promise<Opened> => {
  const admins = servers.map(({ url }) => new Redis(url))
  context.onTestFinished(() => {
    for (const admin of admins) admin.disconnect()
  })
  const count = async (...of: string[]): Promise<number> => {
    const lists = await Promise.all(admins.map((admin) => admin.call('CLIENT', 'LIST', ...of)))
    return lists.flatMap((list) => String(list).split('\n').filter(Boolean)).length
  }
  const own = await count()
  const prefix = `spillway-test:${randomUUID()}`
  const quits: (() => Promise<unknown>)[] = []
  return {
    async connect() {
      const client = await open(context, servers[0]!.url)
      quits.push(() => client.quit())
      const redis = redisConnection(client, { prefix, deadlineMs: 2000 })
      context.onTestFinished(() => redis.dispose())
      return redis
    },
    hearing: () => count('TYPE', 'PUBSUB'),
    connections: async () => (await count()) - own,
    quit: async () => void (await Promise.all(quits.map((quit) => quit()))),
  }
}

/** Who waits for the answer of another process is told of it, as tests. */
export const toldFollowers = (
  kind: ClientKind,
  serve: (context: RedisTest) => Promise<readonly RedisServer[]>,
): void => {
  describe(`who waits for an answer, over ${kind.name},`, () => {
    test('is told of it, over a connection that is there as long as it waits', async (context) => {
      const { connect, hearing, connections, quit } = await opened(context, kind, await serve(context))
      const { answers, finish } = await following(await connect(), await connect(), new VirtualClock())
      await expect.poll(hearing).toBe(1)
      finish('a dam')
      // No time passes for them: nobody looks.
      expect(await answers).toEqual(['a dam', 'a dam'])
      await expect.poll(hearing).toBe(0)
      await quit()
      await expect.poll(connections).toBe(0)
    })

    test('listens no longer when it has left, or when its connection was disposed of', async (context) => {
      const { connect, hearing } = await opened(context, kind, await serve(context))
      const [one, other] = [await connect(), await connect()]
      await following(one, other, new VirtualClock())
      const caller = new AbortController()
      const third = sharing(await connect(), new VirtualClock())
      const gone = third
        .ask(() => Promise.reject(new Error('asked twice')), caller.signal)
        .catch((error: unknown) => error)
      await expect.poll(hearing).toBe(2)
      caller.abort('gone')
      expect(await gone).toBe('gone')
      await expect.poll(hearing).toBe(1)
      other.dispose()
      await expect.poll(hearing).toBe(0)
      other.listen('anything', () => expect.unreachable())()
      expect(await hearing()).toBe(0)
    })

    test('leaves no connection when its client is closed while it waits', async (context) => {
      const { connect, hearing, connections, quit } = await opened(context, kind, await serve(context))
      const { answers } = await following(await connect(), await connect())
      const ended = answers.catch(() => undefined)
      await expect.poll(hearing).toBe(1)
      await quit()
      await expect.poll(connections).toBe(0)
      await ended
    })
  })
}
