// What a worker's pipeline holds back before anything is sent: the queue waits, and nobody takes and puts back by turns.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Make } from '@spillway/batch'
import { openBatchQueue } from '@spillway/bullmq'
import { NoEndpointReadyError } from '@spillway/core'
import { Queue } from 'bullmq'
import { describe, expect, test, type TestContext } from 'vitest'
import { postgresServer } from '../postgres/postgres-server.ts'
import { alone, itemOf, maker, pictureOf } from './queue-makers.ts'
import { countingApi } from './queue-world.ts'
import { redisServer } from './redis-server.ts'
import { newFolder, PROMPTS, spillway } from './spillway-program.ts'

const WORKERS = 4

/** How often the jobs that stand in Redis have been taken. */
const takes = async ({ onTestFinished }: TestContext, url: string): Promise<() => Promise<number>> => {
  const queue = new Queue('spillway', { connection: { url }, prefix: 'spillway' })
  onTestFinished(() => queue.close())
  return async () => {
    const jobs = await queue.getJobs(['waiting', 'active', 'delayed', 'prioritized'])
    return jobs.reduce((sum, { attemptsStarted }) => sum + attemptsStarted, 0)
  }
}

test('a spent quota pauses the queue: no permit is lost, nobody takes anything, and a worker that stops holds nothing', async (context) => {
  const server = await redisServer(context)
  const api = await countingApi(context)
  const access = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `${api.url}/v1`, REDIS_URL: server.url, GEMINI_API_KEY: '' }
  const { out, file } = newFolder(context)
  const workers = Array.from({ length: WORKERS }, () =>
    spillway(context, ['worker', '--redis', '--images-per-day', '5', '--max-concurrency', '4'], access),
  )
  const run = spillway(context, ['run', file, '--out', out, '--redis'], access)
  const looking = openBatchQueue(server.url).openRun()
  context.onTestFinished(() => looking.close())
  await expect.poll(() => api.simulator.counters().total.images, { timeout: 120_000 }).toBe(5)
  await expect.poll(async () => (await looking.counts()).active, { timeout: 60_000 }).toBe(0)
  const taken = await takes(context, server.url)
  const before = await taken()
  // Each of them has found out with what it had in hand.
  expect(before).toBeLessThanOrEqual(2 * WORKERS * 4)
  const { pausedMs, waiting } = await looking.counts()
  expect(waiting).toBe(PROMPTS.length - 5)
  expect(pausedMs).toBeGreaterThan(60 * 60_000)
  // The run says so too.
  const why = /0 in flight, waiting: 25 for the quota, for which the queue pauses for/
  await expect.poll(run.said, { timeout: 60_000 }).toMatch(why)
  await sleep(5000)
  expect(await taken()).toBe(before)
  expect(api.simulator.counters().total.requests).toBe(5)
  const at = performance.now()
  for (const { child } of workers) child.kill('SIGTERM')
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual(workers.map(() => 143))
  // Far from the day that it would have waited.
  expect(performance.now() - at).toBeLessThan(60_000)
  expect(workers.map(({ said }) => said()).join('')).toMatch(/The queue pauses for 1 d: .* spent the quota/)
})

test('a calm hour that is far away delays each item once', async (context) => {
  const server = await redisServer(context)
  const { out, file } = newFolder(context)
  const hour = new Date().getUTCHours()
  const bands = join(out, '../bands.json')
  writeFileSync(
    bands,
    JSON.stringify([
      { fromHour: hour, level: 'peak' },
      { fromHour: (hour + 3) % 24, level: 'low' },
    ]),
  )
  const access = { OPENAI_API_KEY: 'any', REDIS_URL: server.url, GEMINI_API_KEY: '' }
  const worker = spillway(context, ['worker', '--redis', '--off-peak', '--bands', bands], access)
  spillway(context, ['run', file, '--out', out, '--redis'], access)
  const looking = openBatchQueue(server.url).openRun()
  context.onTestFinished(() => looking.close())
  const all = { waiting: 0, active: 0, delayed: PROMPTS.length, pausedMs: 0 }
  await expect.poll(() => looking.counts(), { timeout: 120_000 }).toEqual(all)
  const taken = await takes(context, server.url)
  await sleep(3000)
  expect(await taken()).toBe(PROMPTS.length)
  expect(worker.said()).toMatch(/again in 2.* h/)
})

describe.each([
  { kind: 'Redis', server: redisServer },
  { kind: 'PostgreSQL', server: postgresServer },
])('on $kind', ({ server }) => {
  test('while no endpoint can be asked for long, one item finds out when it can, and the others stay in line', async (context) => {
    const WAIT_MS = 11_000
    const queue = openBatchQueue((await server(context)).url)
    const asked: number[] = []
    let openUntil = Infinity
    const { make: makeIt } = maker(() => sleep(100))
    const make: Make = async (item, options) => {
      asked.push(performance.now())
      if (openUntil === Infinity) openUntil = performance.now() + WAIT_MS
      const leftMs = openUntil - performance.now()
      if (leftMs > 0) throw new NoEndpointReadyError('failover', ['relay'], 'waited_too_long', leftMs)
      return makeIt(item, options)
    }
    const run = queue.openRun()
    const items = Array.from({ length: 12 }, (_, n) => itemOf(n))
    const pictures = items.map((item) => run.make(item, alone()))
    await expect.poll(async () => (await run.counts()).waiting).toBe(items.length)
    const worker = queue.work({ make, concurrency: 4 })
    await expect.poll(() => asked.length).toBeGreaterThan(0)
    await sleep(WAIT_MS - 3000)
    // Those that it had taken by then.
    const before = asked.length
    expect(before).toBeLessThanOrEqual(4)
    expect(await run.counts()).toEqual({ waiting: items.length - before, active: 0, delayed: before, pausedMs: 0 })
    expect(await Promise.all(pictures)).toEqual(items.map(pictureOf))
    expect(asked).toHaveLength(items.length + before)
    // One alone at first.
    const [first = 0, second = 0] = asked.slice(before)
    expect(second - first).toBeGreaterThan(90)
    await run.close()
    await worker.stop()
  })
})
