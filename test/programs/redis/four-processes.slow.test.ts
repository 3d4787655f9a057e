import { createSimulator, presets } from '@spillway/simulator'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { mostWithin, quotaWorker } from './quota-workers.ts'
import { redisServer } from './redis-server.ts'

/** A minute of the provider. */
const MINUTE_MS = 10_000
/** A minute and three seconds, in that time: so much may lie between a permit and its request at a provider. */
const PERIOD_MS = MINUTE_MS * (63 / 60)

// Their wall clocks disagree by a year: nobody asks them.
const WORKERS = [
  { client: 'ioredis', calls: 8, wallSkewMs: 0 },
  { client: 'ioredis', calls: 8, wallSkewMs: 31_536_000_000 },
  { client: 'node-redis', calls: 7, wallSkewMs: -600_000 },
  { client: 'node-redis', calls: 7, wallSkewMs: 90_000 },
] as const

test('four processes share ten requests per minute: none is throttled, and nothing of the quota is lost', async (context) => {
  const server = await redisServer(context)
  const quota = { requestsPerMinute: 10, scope: 'project' as const }
  const simulator = createSimulator({ ...presets.instant, quota }, { timeScale: 60_000 / MINUTE_MS })
  context.onTestFinished(() => simulator.close())
  const { url: upstream } = await simulator.listen()
  const quotas = [{ permits: 10, periodMs: PERIOD_MS }]

  const workers = WORKERS.map((each) => quotaWorker(context, { ...each, redisUrl: server.url, quotas, upstream }))
  await Promise.all(workers.map(({ ready }) => ready))
  const since = performance.now()
  for (const { begin } of workers) begin()
  for (const [i, { over }] of workers.entries()) expect(await over).toEqual({ done: WORKERS[i]?.calls, failed: [] })
  const tookMs = performance.now() - since

  const beganAt = workers.flatMap((worker) => worker.beganAt)
  expect([beganAt.length, mostWithin(MINUTE_MS, beganAt)]).toEqual([30, 10])
  // Four are the first looks of the workers, which ask for nothing.
  const { requests, outcomes } = simulator.counters().total
  expect({ requests, outcomes }).toEqual({ requests: 34, outcomes: { ok: 30, http_404: 4 } })
  // Ten at once, and then the provider's ten per minute.
  expect(tookMs).toBeGreaterThan(2 * MINUTE_MS)
  // A question for each permit, a few that were told to wait, and a beat each two seconds.
  const asked = await commandsOf(server.url)
  expect(asked).toBeGreaterThanOrEqual(30)
  expect(asked).toBeLessThan(120)
  expect(20 / tookMs).toBeGreaterThan((0.9 * 10) / MINUTE_MS)
})

/** How many scripts have run. */
const commandsOf = async (url: string): Promise<number> => {
  const redis = new Redis(url)
  const stats = await redis.info('commandstats')
  redis.disconnect()
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])
}
