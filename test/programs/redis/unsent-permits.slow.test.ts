import { redisConnection, redisSharedQuota } from '@spillway/redis'
import { createSimulator, presets } from '@spillway/simulator'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { clients } from './clients.ts'
import { quotaWorker } from './quota-workers.ts'
import { redisServer } from './redis-server.ts'

const PERMITS = 400
const KILLS = 8
/** The longest time until a worker is killed. */
const MOST_MS = 2400

test('a killed process had taken hardly a permit of the day that it did not send', async (context) => {
  const simulator = createSimulator({
    ...presets.instant,
    serviceTime: { chat: { firstTokenMs: 400, tokensPerSecond: 1_000_000, jitterRatio: 0 } },
  })
  context.onTestFinished(() => simulator.close())
  const { url: upstream } = await simulator.listen()
  const quotas = [{ permits: PERMITS, per: 'day' as const }]
  const lost: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const server = await redisServer(context)
    const before = simulator.counters().total.requests
    const client = kill % 2 === 0 ? 'ioredis' : 'node-redis'
    // More than the pipeline lets run at once: adaptive concurrency begins with ten.
    const worker = quotaWorker(context, { redisUrl: server.url, client, quotas, upstream, calls: 150 })
    await worker.ready
    worker.begin()
    await sleep(100 + (MOST_MS / KILLS) * kill)
    await worker.kill()
    // What was on its way arrives.
    await sleep(200)
    // The first of its requests asked for nothing.
    const sent = simulator.counters().total.requests - before - 1
    const redis = redisConnection(await clients[0]!.open(context, server.url), { deadlineMs: 5000 })
    const quota = redisSharedQuota(redis).open('all', [
      { unit: 'requests', permits: PERMITS, periodMs: 86_400_000, smooth: false, reset: undefined },
    ])
    let left = 0
    while ((await quota.take({ requests: 1 })).kind === 'granted') left++
    lost.push(PERMITS - left - sent)
    quota.dispose()
    redis.dispose()
    await server.stop()
  }
  // Never more sent than taken; of what was on its way, one was usually all of it.
  expect(Math.min(...lost)).toBeGreaterThanOrEqual(0)
  expect(lost.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(KILLS)
})
