import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, test, type TestContext } from 'vitest'
import { faultyWire } from './faulty-wire.ts'
import { redisServer, redisUrl } from './redis-server.ts'

const connected = ({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, port: number): Redis => {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, commandTimeout: 200 })
  client.on('error', () => undefined)
  onTestFinished(() => client.disconnect())
  return client
}

describe('a redis-server for tests', () => {
  test('answers both clients', async (context) => {
    const url = await redisUrl(context)
    const ioredis = new Redis(url)
    const nodeRedis = await createClient({ url }).connect()
    await ioredis.set('spillway:test:both', 'seen by both', 'PX', 10_000)
    expect(await nodeRedis.get('spillway:test:both')).toBe('seen by both')
    ioredis.disconnect()
    await nodeRedis.close()
  })

  test('a crash loses what is in memory, and keeps what is persistent', async (context) => {
    const kept: Record<string, string | null> = {}
    for (const persistent of [false, true]) {
      const server = await redisServer(context, { persistent })
      const client = connected(context, server.port)
      await client.set('a', 'written')
      await server.stop('SIGKILL')
      await expect(client.get('a')).rejects.toThrow('timed out')
      await server.start()
      kept[String(persistent)] = await client.get('a')
    }
    expect(kept).toEqual({ false: null, true: 'written' })
  })

  test('its wire can be cut, can swallow, can be slow, and heals', async (context) => {
    const server = await redisServer(context)
    const wire = await faultyWire(context, server.port)
    const client = connected(context, wire.port)
    expect(await client.ping()).toBe('PONG')

    wire.cut()
    await expect(client.ping()).rejects.toThrow('timed out')
    wire.heal()
    await expect.poll(() => client.ping().catch(() => undefined)).toBe('PONG')

    wire.blackhole()
    await expect(client.ping()).rejects.toThrow('timed out')
    wire.heal()
    await expect.poll(() => client.ping().catch(() => undefined)).toBe('PONG')

    wire.delay(100)
    const since = performance.now()
    await client.ping()
    expect(performance.now() - since).toBeGreaterThan(95)
  })
})
