import { createSimulator, presets } from '@spillway/simulator'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { quotaWorker } from './quota-workers.ts'
import { redisServer } from './redis-server.ts'

const LIMIT = 4
const LEASE_MS = 3000
/** How long each call takes at the provider. */
const CALL_MS = 400

test('four processes, one killed in mid-call: never more at work at the provider than the limit, and all of it again after the lease', async (context) => {
  const server = await redisServer(context)
  const simulator = createSimulator({
    ...presets.instant,
    serviceTime: { chat: { firstTokenMs: CALL_MS, tokensPerSecond: 1_000_000, jitterRatio: 0 } },
  })
  context.onTestFinished(() => simulator.close())
  const { url: upstream } = await simulator.listen()
  // Twelve calls want four places all the time.
  const settings = { redisUrl: server.url, upstream, quotas: [{ maxConcurrency: LIMIT, leaseMs: LEASE_MS }] }
  const workers = (['ioredis', 'ioredis', 'node-redis', 'node-redis'] as const).map((client, i) =>
    quotaWorker(context, { ...settings, client, wallSkewMs: i * 3_600_000 }),
  )
  await Promise.all(workers.map(({ ready }) => ready))
  for (const { begin } of workers) begin()

  const atWork = (): number => {
    // What is abandoned is finished as well.
    const { started, completed } = simulator.counters().total.generations
    return started - completed
  }
  /** How many were at work on the average of so much time. */
  const meanOver = async (ms: number): Promise<number> => {
    const seen: number[] = []
    for (const until = performance.now() + ms; performance.now() < until; await sleep(10)) seen.push(atWork())
    return seen.reduce((sum, each) => sum + each, 0) / seen.length
  }

  await expect.poll(() => workers.every(({ beganAt }) => beganAt.length > 2)).toBe(true)
  expect(await meanOver(3000)).toBeGreaterThan(0.75 * LIMIT)
  const killed = workers[0]!
  // In mid-call: its last one began a moment ago.
  const calls = killed.beganAt.length
  await expect.poll(() => killed.beganAt.length, { interval: 5 }).toBeGreaterThan(calls)
  await killed.kill()
  // What it had counts until its lease is over, though the provider has done with it.
  await sleep(CALL_MS)
  const meanwhile = await meanOver(LEASE_MS / 3)
  expect(meanwhile).toBeLessThanOrEqual(LIMIT - 1)
  await sleep(LEASE_MS)
  const before = workers.map(({ beganAt }) => beganAt.length)
  let most = 0
  for (const until = performance.now() + 4000; performance.now() < until; await sleep(10))
    most = Math.max(most, atWork())
  expect(most).toBe(LIMIT)
  // In turn.
  const turns = workers.slice(1).map(({ beganAt }, i) => beganAt.length - before[i + 1]!)
  expect(Math.max(...turns)).toBeLessThan(2 * Math.min(...turns))
  const { peakInFlight, outcomes } = simulator.counters().total
  expect(peakInFlight).toBe(LIMIT)
  expect(outcomes['http_404']).toBe(4)
})
