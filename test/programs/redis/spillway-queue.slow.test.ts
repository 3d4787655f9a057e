import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readImagePrompt } from '@spillway/simulator'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { postgresServer } from '../postgres/postgres-server.ts'
import { countingApi } from './queue-world.ts'
import { redisServer } from './redis-server.ts'
import { newFolder, type Program, PROMPTS, spillway } from './spillway-program.ts'

/** Everything that stands in a Redis. */
const dumpOf = async (url: string): Promise<string> => {
  const redis = new Redis(url)
  const values = await Promise.all(
    (await redis.keys('*')).map((key) => redis.type(key).then((type) => read(redis, key, type))),
  )
  redis.disconnect()
  return JSON.stringify(values)
}

const read = (redis: Redis, key: string, type: string): Promise<unknown> => {
  if (type === 'hash') return redis.hgetall(key)
  if (type === 'stream') return redis.xrange(key, '-', '+')
  return type === 'string' ? redis.get(key) : Promise.resolve(key)
}

const promptsIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .map((name) => readImagePrompt(readFileSync(join(folder, name)))?.prompt ?? '')

test('spillway run --redis and two spillway workers make a file of prompts, and the run may be killed and started again', async (context) => {
  const server = await redisServer(context, { args: ['--requirepass', 'canary-password'] })
  const url = server.url.replace('//', '//default:canary-password@')
  const api = await countingApi(context, { faults: [{ fault: 'overloaded', ratio: 0.2, retryAfterMs: 3000 }] })
  const access = { OPENAI_API_KEY: 'canary-key', OPENAI_BASE_URL: `${api.url}/v1`, REDIS_URL: url, GEMINI_API_KEY: '' }
  const { out, file } = newFolder(context)
  const run = (): Program =>
    spillway(context, ['run', file, '--out', out, '--redis', url, '--json'], { ...access, OPENAI_API_KEY: '' })

  const first = run()
  const workers = [1, 2].map(() => spillway(context, ['worker', '--redis', '--max-concurrency', '4'], access))
  await expect.poll(() => api.simulator.counters().total.images, { timeout: 120_000 }).toBeGreaterThan(4)
  const kept = await dumpOf(url)
  expect(kept).toContain('a weir, number')
  expect(kept).not.toContain('canary')
  first.child.kill('SIGKILL')
  await first.ended
  const second = run()
  expect(await second.ended, second.said()).toBe(0)
  const { done, failed, unknown } = JSON.parse(second.said().slice(second.said().indexOf('{'))) as Record<
    string,
    number
  >
  expect({ done, failed, unknown }).toEqual({ done: PROMPTS.length, failed: 0, unknown: 0 })
  expect(promptsIn(out).toSorted()).toEqual(PROMPTS.toSorted())
  expect(api.simulator.counters().total.promptsByTimesMade).toEqual({ 1: PROMPTS.length })
  const results = readFileSync(join(out, 'results.jsonl'), 'utf8').trim().split('\n')
  expect(results).toHaveLength(PROMPTS.length)

  for (const { child } of workers) child.kill('SIGTERM')
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([143, 143])
  const all = [first, second, ...workers].map(({ said }) => said()).join('\n')
  expect(all).toContain(': made')
  for (const secret of ['canary-password', 'canary-key']) expect(all).not.toContain(secret)
})

test('a run over a queue costs no more than it may, and says before what it should', async (context) => {
  const { url } = await redisServer(context)
  const api = await countingApi(context, { faults: [{ fault: 'overloaded', ratio: 0.2, retryAfterMs: 500 }] })
  const access = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `${api.url}/v1`, REDIS_URL: url, GEMINI_API_KEY: '' }
  const { out, file } = newFolder(context)
  const run = (...more: string[]): Program =>
    spillway(context, ['run', file, '--out', out, '--redis', '--price-per-image', '0.04', '--json', ...more], access)
  const jsonOf = ({ said }: Program): unknown => JSON.parse(said().slice(said().indexOf('{')))

  const dry = run('--dry-run', '--max-cost', '0.3')
  expect(await dry.ended, dry.said()).toBe(0)
  expect(dry.said()).toContain('--max-cost 0.30 is enough for 7')
  expect(jsonOf(dry)).toEqual({ exit: 0, dryRun: true, items: 30, cost: expect.closeTo(1.2) as number })
  expect(await dumpOf(url)).not.toContain('a weir')

  const worker = spillway(context, ['worker', '--redis', '--max-concurrency', '8'], access)
  const bounded = run('--max-cost', '0.3')
  expect(await bounded.ended, bounded.said() + worker.said()).toBe(3)
  expect(jsonOf(bounded)).toMatchObject({ stopped: 'cost', done: 7, left: 23, cost: expect.closeTo(0.28) as number })
  expect(api.simulator.counters().total.images).toBe(7)
  const rest = run('--max-cost', '5')
  expect(await rest.ended, rest.said() + worker.said()).toBe(0)
  expect(jsonOf(rest)).toMatchObject({ stopped: 'finished', done: 30, cost: expect.closeTo(1.2) as number })
  expect(api.simulator.counters().total.promptsByTimesMade).toEqual({ 1: PROMPTS.length })
})

test('items in line are the same ones under other numbers, when a line has gone since', async (context) => {
  const { url } = await redisServer(context)
  const api = await countingApi(context)
  const access = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `${api.url}/v1`, REDIS_URL: url, GEMINI_API_KEY: '' }
  const { out, file } = newFolder(context)
  const run = (...more: string[]): Program =>
    spillway(context, ['run', file, '--out', out, '--redis', '--json', ...more], access)
  const first = run()
  const redis = new Redis(url)
  context.onTestFinished(() => redis.disconnect())
  await expect.poll(() => redis.llen('spillway:spillway:wait'), { timeout: 60_000 }).toBe(PROMPTS.length)
  first.child.kill('SIGKILL')
  await first.ended

  const others = PROMPTS.toSpliced(1, 1)
  writeFileSync(file, `${others.join('\n')}\n`)
  const worker = spillway(context, ['worker', '--redis', '--max-concurrency', '8'], access)
  const second = run('--accept-changes')
  expect(await second.ended, second.said() + worker.said()).toBe(0)
  expect(promptsIn(out).toSorted()).toEqual(others.toSorted())
  // That of the line which has gone was in line as well.
  const made = (): unknown => api.simulator.counters().total.promptsByTimesMade
  await expect.poll(made, { timeout: 60_000 }).toEqual({ 1: PROMPTS.length })
})

test('the same over PostgreSQL', async (context) => {
  const { url } = await postgresServer(context)
  const api = await countingApi(context)
  const access = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `${api.url}/v1`, DATABASE_URL: url, GEMINI_API_KEY: '' }
  const { out, file } = newFolder(context)
  const worker = spillway(context, ['worker', '--postgres', '--max-concurrency', '8'], access)
  const run = spillway(context, ['run', file, '--out', out, '--postgres'], access)
  expect(await run.ended, run.said() + worker.said()).toBe(0)
  expect(promptsIn(out).toSorted()).toEqual(PROMPTS.toSorted())
  expect(api.simulator.counters().total.promptsByTimesMade).toEqual({ 1: PROMPTS.length })
  worker.child.kill('SIGTERM')
  expect(await worker.ended).toBe(143)
})

test('where the package is not installed, the line that installs it is said', async (context) => {
  // NODE_PATH: what runs the tests may say where everything of the repository is.
  const env = { OPENAI_API_KEY: 'any', GEMINI_API_KEY: '', NODE_PATH: '' }
  const { ended, said } = spillway(context, ['worker', '--redis', 'redis://h'], env, tmpdir())
  expect(await ended).toBe(2)
  expect(said()).toBe('A queue needs packages that are not installed: npm install @spillway/bullmq bullmq ioredis\n')
})

test('what cannot work is said at once, in words that show no password', async (context) => {
  const { out, file } = newFolder(context)
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['run', file, '--out', out, '--redis', 'http://user:canary@host'],
      /--redis takes an address that begins with redis:/,
    ],
    [['run', file, '--out', out, '--redis'], /--redis has no address, and REDIS_URL is not set\./],
    [['run', file, '--out', out, '--redis', 'redis://h', '--rpm', '3'], /--rpm is for those who make the requests/],
    [['run', file, '--out', out, '--redis', 'redis://h', '--max-cost', '3'], /--max-cost needs to know what a picture/],
    [['worker'], /Say where the queue is: --redis or --postgres\./],
  ]
  await Promise.all(
    cases.map(async ([args, words]) => {
      const { ended, said } = spillway(context, args, { OPENAI_API_KEY: 'any', REDIS_URL: '', GEMINI_API_KEY: '' })
      expect(await ended).toBe(2)
      expect(said()).toMatch(words)
      expect(said()).not.toContain('canary')
    }),
  )
})

test('a queue that is not there is said after ten seconds; a run that is stopped takes its items out of the line', async (context) => {
  const server = await redisServer(context)
  const { out, file } = newFolder(context)
  const run = spillway(context, ['run', file, '--out', out, '--redis', server.url])
  const { openBatchQueue } = await import('@spillway/bullmq')
  const looking = openBatchQueue(server.url).openRun()
  await expect.poll(async () => (await looking.counts()).waiting, { timeout: 120_000 }).toBe(PROMPTS.length)
  run.child.kill('SIGINT')
  expect(await run.ended, run.said()).toBe(130)
  expect(run.said()).toContain(`30 left`)
  expect((await looking.counts()).waiting).toBe(0)
  await looking.close()

  await server.stop()
  await sleep(100)
  const late = spillway(context, ['run', file, '--out', out, '--redis', server.url])
  expect(await late.ended).toBe(2)
  expect(late.said()).toMatch(/^redis:\/\/127\.0\.0\.1:\d+ does not answer \(.*ECONNREFUSED.*\): look whether it runs/m)
})

test('three workers with --rpm 60 ask once a second, all together', async (context) => {
  const server = await redisServer(context)
  const api = await countingApi(context, {
    serviceTime: { image: { minMs: 3000, meanMs: 3000, maxMs: 3000, deviationMs: 0 } },
  })
  const access = { OPENAI_API_KEY: 'any', OPENAI_BASE_URL: `${api.url}/v1`, REDIS_URL: server.url, GEMINI_API_KEY: '' }
  const { out, file } = newFolder(context)
  const workers = [1, 2, 3].map(() => spillway(context, ['worker', '--redis', '--rpm', '60'], access))
  spillway(context, ['run', file, '--out', out, '--redis'], access)
  const requests = (): number => api.simulator.counters().total.requests
  // A tenth of a minute's permits may go at once, after a pause.
  await expect.poll(requests, { timeout: 120_000, interval: 20 }).toBeGreaterThanOrEqual(6)
  const [before, startedAt] = [requests(), performance.now()]
  await expect.poll(() => requests() - before, { timeout: 120_000, interval: 20 }).toBeGreaterThanOrEqual(8)
  const seconds = (performance.now() - startedAt) / 1000
  // Each for itself they would have asked eighteen times at once, and then three times a second.
  expect(seconds).toBeGreaterThan(6.5)
  expect(before).toBeLessThan(9)
  for (const { child } of workers) child.kill('SIGTERM')
  await Promise.all(workers.map(({ ended }) => ended))
})
