// A batch over a queue in which everybody is killed: workers, the run, Redis, and workers that only sleep for a while.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readRun } from '@spillway/batch'
import { seededRandom } from '@spillway/core/testing'
import { readImagePrompt } from '@spillway/simulator'
import { expect, test } from 'vitest'
import { countingApi, fleet, meanwhile } from '../programs/redis/queue-world.ts'
import { redisServer } from '../programs/redis/redis-server.ts'

const QUEUE = { lockMs: 1500, lostAfterMs: 2000 }
const ITEMS = 30
const WORKERS = 4
/** A busy machine would otherwise kill processes faster than they start. */
const MOST_BLOWS = 10
/** So much more money each time that a run stops for want of it. */
const MONEY = 8
const SEEDS = Array.from({ length: 10 }, (_, seed) => seed + 1)

const startRun = (url: string, folder: string, maxCost: number): ChildProcess =>
  fork(
    join(import.meta.dirname, '../programs/redis/queue-run.ts'),
    [url, folder, String(ITEMS), JSON.stringify(QUEUE), String(maxCost)],
    { execArgv: ['--conditions=@spillway/source'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )

test.for(SEEDS)(
  'whoever is killed, every picture that was made is in the folder or its item is reported, and none was too many (seed %i)',
  { timeout: 180_000 },
  (seed, context) => world(seed, context),
)

const world = async (seed: number, context: Parameters<typeof redisServer>[0]): Promise<void> => {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'spillway-queue-'))
  context.onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = await redisServer(context, { persistent: true })
  const api = await countingApi(context, { faults: [{ fault: 'overloaded', ratio: 0.15, retryAfterMs: 3000 }] })
  const idempotent = seed % 3 === 0
  const workers = fleet(context, WORKERS, [server.url, api.url, { queue: QUEUE, idempotent }])
  let ceiling = seed % 2 === 0 ? MONEY : Infinity
  let run = startRun(server.url, folder, ceiling)
  context.onTestFinished(() => void run.kill('SIGKILL'))

  const blow = async (): Promise<void> => {
    const which = Math.floor(random() * WORKERS)
    const chance = random()
    if (chance < 0.4) workers.replace(which)
    else if (chance < 0.6) {
      // Frozen for longer than its lock, and back as if nothing had happened.
      const frozen = workers.workers[which]!
      frozen.kill('SIGSTOP')
      await sleep(QUEUE.lockMs * 2)
      frozen.kill('SIGCONT')
    } else if (chance < 0.8) {
      run.kill('SIGKILL')
      run = startRun(server.url, folder, ceiling)
    } else {
      await server.stop('SIGKILL')
      await server.start()
    }
  }
  const finished = async (): Promise<void> => {
    for (;;) {
      const mine = run
      const [code] = (await once(mine, 'exit')) as [number | null]
      if (mine !== run) continue
      if (code === 0) return
      expect(code).toBe(3)
      expect(api.simulator.counters().total.images).toBeLessThanOrEqual(ceiling)
      ceiling += MONEY
      run = startRun(server.url, folder, ceiling)
    }
  }
  let blows = 0
  await meanwhile(
    finished(),
    () => 400 + random() * 900,
    () => (++blows <= MOST_BLOWS ? blow() : undefined),
  )

  const { counts } = readRun(folder)
  const pictures = readdirSync(folder).filter((name) => name.endsWith('.png'))
  const prompts = pictures.map((name) => readImagePrompt(readFileSync(join(folder, name)))?.prompt)
  const { images, promptsByTimesMade } = api.simulator.counters().total
  expect(counts.failed).toBe(0)
  expect(counts.done + counts.unknown).toBe(ITEMS)
  expect(new Set(prompts).size).toBe(counts.done)
  expect(Object.keys(promptsByTimesMade)).toEqual(['1'])
  expect(images).toBeGreaterThanOrEqual(counts.done)
  expect(images).toBeLessThanOrEqual(ceiling)
  expect(images - counts.done).toBeLessThanOrEqual(counts.unknown)
  if (idempotent) expect(counts.unknown).toBe(0)
  await workers.stop()
}
