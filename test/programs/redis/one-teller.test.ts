import { VirtualClock } from '@spillway/core/testing'
import { monitor, type AlertRule } from '@spillway/monitor'
import { redisConnection, redisLeases } from '@spillway/redis'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { redisServer } from './redis-server.ts'

const CANARY = 'official, hunter2'

test('of monitors that share leases over Redis one tells people that it is down, and that it is over', async (context) => {
  const { url } = await redisServer(context)
  const clock = new VirtualClock()
  const told: string[] = []
  let isDown = true
  const down: AlertRule = {
    name: 'down',
    find: () => (isDown ? { subject: CANARY, text: 'all is lost' } : undefined),
  }
  const watches = Array.from({ length: 3 }, (_, i) => {
    const client = new Redis(url)
    const redis = redisConnection(client, { deadlineMs: 5000 })
    const leases = redisLeases(redis, 'alerts')
    const sinks = [({ kind }: { kind: string }) => void told.push(`${i} ${kind}`)]
    const watch = monitor({ pipelines: [], clock, alerts: { rules: [down], sinks, leases } })
    context.onTestFinished(() => {
      watch.dispose()
      redis.dispose()
      client.disconnect()
    })
    return watch
  })
  const look = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 10_000) {
      await clock.advance(10_000)
      await Promise.all(watches.map((watch) => watch.idle()))
    }
  }
  await look(120_000)
  expect(told).toEqual([expect.stringMatching(/^[012] fired$/)])
  isDown = false
  await look(200_000)
  expect(told.slice(1)).toEqual([told[0]?.replace('fired', 'resolved')])

  const raw = new Redis(url)
  context.onTestFinished(() => raw.disconnect())
  const keys = await raw.keys('*')
  expect([keys.length, keys.join().includes('hunter2')]).toEqual([1, false])
  expect(await raw.pttl(keys[0] as string)).toBeGreaterThan(0)
})
