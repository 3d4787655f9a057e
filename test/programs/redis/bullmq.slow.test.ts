import { setTimeout as sleep } from 'node:timers/promises'
import type { AttemptEnd, BatchQueue, Make } from '@spillway/batch'
import { type BatchQueueOptions, openBatchQueue } from '@spillway/bullmq'
import { Redis } from 'ioredis'
import { describe, expect, test, type TestContext } from 'vitest'
import { postgresServer } from '../postgres/postgres-server.ts'
import { alone, ENDED, heard, itemOf, maker, pictureOf } from './queue-makers.ts'
import { redisServer } from './redis-server.ts'

/** A busy machine may leave a process alone for a second: no lock runs out where that is not what is tried. */
const UNHURRIED = { lockMs: 30_000, lostAfterMs: 0 }

describe.each([
  { kind: 'Redis', server: redisServer },
  { kind: 'PostgreSQL', server: postgresServer },
])('on $kind', ({ server }) => {
  const opened = async (context: TestContext, options: BatchQueueOptions = UNHURRIED): Promise<BatchQueue> =>
    openBatchQueue((await server(context)).url, options)

  test('what a run puts in line, workers make once, and it comes back as it was', async (context) => {
    const { url } = await server(context)
    const queue = openBatchQueue(url, UNHURRIED)
    const { make, sent } = maker()
    const workers = [queue.work({ make, concurrency: 2 }), queue.work({ make, concurrency: 2 })]
    const run = queue.openRun()
    const items = Array.from({ length: 20 }, (_, n) => itemOf(n))
    const results = await Promise.all(items.map((item) => run.make(item, alone())))
    expect(results).toEqual(items.map(pictureOf))
    expect(sent.toSorted()).toEqual(items.map(({ id }) => id).toSorted())
    for (const { id } of items) run.recorded(id)
    expect(await run.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, pausedMs: 0 })
    await run.close()
    await Promise.all(workers.map((worker) => worker.stop()))
  })

  test('a run that ended before its results came finds them when it starts again, and nothing is made twice', async (context) => {
    const queue = await opened(context)
    const { make, sent } = maker()
    const first = queue.openRun()
    const ending = new AbortController()
    const lost = [1, 2, 3].map((n) => first.make(itemOf(n), alone(ending.signal)))
    await expect.poll(async () => (await first.counts()).waiting).toBe(3)
    // As if the process had been killed: its promises stay open.
    await first.close()
    const worker = queue.work({ make, concurrency: 1 })
    await expect.poll(() => sent.length).toBe(3)

    const second = queue.openRun()
    expect(await second.make(itemOf(2), alone())).toEqual(pictureOf(itemOf(2)))
    // Written down nowhere: the same result is there for whoever comes next.
    await second.close()
    const third = queue.openRun()
    expect(await Promise.all([1, 2, 3].map((n) => third.make(itemOf(n), alone())))).toHaveLength(3)
    expect(sent).toHaveLength(3)
    third.recorded('item-1')
    await third.close()
    await worker.stop()
    expect(lost).toHaveLength(3)
  })

  test.for([
    ['asked again where the run says so', { onUnknown: 'again' } as const, {}],
    ['asked again with its key where the endpoint honours it', {}, { idempotent: true }],
  ] as const)('an item of which nobody knows whether it was made is %s', async ([, ofRun, ofWorker], context) => {
    const queue = await opened(context)
    const keys: (string | undefined)[] = []
    let lost = true
    const make: Make = async (item, { attempts, idempotencyKey }) => {
      await attempts.sending({ endpoint: 'relay', model: 'm' })
      keys.push(idempotencyKey)
      if (lost) {
        lost = false
        // Thrown while a request is out, as nothing of ours would: the worker does not know what became of it.
        throw new Error('the worker broke')
      }
      attempts.ended(ENDED)
      return pictureOf(item)
    }
    const worker = queue.work({ make, concurrency: 1, ...ofWorker })
    const run = queue.openRun(ofRun)
    expect(await run.make(itemOf(1), { ...alone(), idempotencyKey: 'a-run:item-1' })).toEqual(pictureOf(itemOf(1)))
    expect(keys).toEqual(['a-run:item-1', 'a-run:item-1'])
    await run.close()
    await worker.stop()
  })

  test('a generation that takes longer than the lock stays with its worker', async (context) => {
    const queue = await opened(context, { ...UNHURRIED, lockMs: 3000 })
    const slow = maker(() => sleep(7000))
    const workers = [queue.work({ make: slow.make, concurrency: 1 }), queue.work({ make: slow.make, concurrency: 1 })]
    const run = queue.openRun()
    expect(await run.make(itemOf(1), alone())).toEqual(pictureOf(itemOf(1)))
    expect(slow.sent).toEqual(['item-1'])
    await run.close()
    await Promise.all(workers.map((worker) => worker.stop()))
  })

  test('a worker that is stopped gives back what it has not sent, and finishes what it has', async (context) => {
    const queue = await opened(context)
    const answered = Promise.withResolvers<void>()
    const { listener, types } = heard()
    // Item 1 is sent; item 2 waits before it, as for a permit.
    const make: Make = async (item, { attempts, signal }) => {
      if (item.line === 2)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
      await attempts.sending({ endpoint: 'relay', model: 'm' })
      await answered.promise
      attempts.ended(ENDED)
      return pictureOf(item)
    }
    const worker = queue.work({ make, concurrency: 2, listener })
    const run = queue.openRun()
    const both = [run.make(itemOf(1), alone()), run.make(itemOf(2), alone())]
    await expect.poll(types).toEqual(['item.sent'])
    await expect.poll(async () => (await run.counts()).active).toBe(2)
    const stopped = worker.stop()
    await expect.poll(types).toEqual(['item.sent', 'item.given_back'])
    await expect.poll(async () => (await run.counts()).waiting).toBe(1)
    answered.resolve()
    await stopped
    expect(await both[0]).toEqual(pictureOf(itemOf(1)))
    const next = maker()
    const successor = queue.work({ make: next.make, concurrency: 1 })
    expect(await both[1]).toEqual(pictureOf(itemOf(2)))
    expect(next.sent).toEqual(['item-2'])
    await run.close()
    await successor.stop()
  })

  test('what fails comes back as what it was, and waits are BullMQ’s: delayed jobs and a paused queue', async (context) => {
    const queue = await opened(context)
    const { listener, events } = heard()
    const tries = new Map<string, number>()
    const answers: Readonly<Record<string, AttemptEnd>> = {
      'item-1': { ...ENDED, verdict: 'overloaded', billed: 'no', status: 503, retryAfterMs: 300 },
      'item-2': { ...ENDED, verdict: 'throttled', billed: 'no', status: 429, retryAfterMs: 400 },
      'item-3': { ...ENDED, verdict: 'request_failed', billed: 'no', status: 400 },
    }
    const make: Make = async (item, { attempts }) => {
      const nth = (tries.get(item.id) ?? 0) + 1
      tries.set(item.id, nth)
      await attempts.sending({ endpoint: 'relay', model: 'm' })
      const first = answers[item.id]!
      if (nth === 1 || first.status === 400) {
        attempts.ended(first)
        throw Object.assign(new Error('no picture'), { code: 'E_PROVIDER' })
      }
      attempts.ended(ENDED)
      return pictureOf(item)
    }
    const worker = queue.work({ make, concurrency: 1, listener })
    const run = queue.openRun()
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => run.make(itemOf(n), alone())))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect((outcomes[2] as PromiseRejectedResult).reason).toMatchObject({
      message: 'no picture',
      code: 'E_PROVIDER',
      verdict: { kind: 'request_failed', status: 400 },
    })
    expect(Object.fromEntries(tries)).toEqual({ 'item-1': 2, 'item-2': 2, 'item-3': 1 })
    expect(events).toContainEqual({ type: 'queue.paused', waitMs: expect.any(Number) as number })
    expect(events).toContainEqual({ type: 'item.delayed', item: 'item-1', waitMs: expect.any(Number) as number })
    await run.close()
    await worker.stop()
  })

  test('a worker whose own key does not serve stops, and its items are made by others', async (context) => {
    const queue = await opened(context)
    const make: Make = async (_, { attempts }) => {
      await attempts.sending({ endpoint: 'relay', model: 'm' })
      attempts.ended({ ...ENDED, verdict: 'endpoint_failed', billed: 'no', status: 401 })
      throw new Error('401 wrong key')
    }
    const bad = queue.work({ make, concurrency: 1 })
    const run = queue.openRun()
    const picture = run.make(itemOf(1), alone())
    await expect(bad.ended).rejects.toThrow('401 wrong key')
    await bad.stop()
    const good = queue.work({ make: maker().make, concurrency: 1 })
    expect(await picture).toEqual(pictureOf(itemOf(1)))
    await run.close()
    await good.stop()
  })

  test('an item that its run withdraws is not made, and nothing is made for a run that fetches nothing', async (context) => {
    const queue = await opened(context, { ...UNHURRIED, maxResults: 2 })
    const run = queue.openRun()
    const ending = new AbortController()
    const withdrawn = run.make(itemOf(1), alone(ending.signal))
    await expect.poll(async () => (await run.counts()).waiting).toBe(1)
    ending.abort(new Error('stopped'))
    await expect(withdrawn).rejects.toThrow('stopped')
    await expect.poll(async () => (await run.counts()).waiting).toBe(0)

    const { make, sent } = maker()
    const worker = queue.work({ make, concurrency: 1 })
    const made = [2, 3, 4].map((n) => run.make(itemOf(n), alone()))
    await Promise.race(made)
    await expect.poll(async () => (await run.counts()).delayed).toBe(1)
    expect(sent).toHaveLength(2)
    await run.close()
    await worker.stop()
  })
})

test('keys stand under the prefix, and nothing of a prompt is left in Redis when a run is over', async (context) => {
  const { url } = await redisServer(context)
  const queue = openBatchQueue(url, { ...UNHURRIED, prefix: 'our_images' })
  const worker = queue.work({ make: maker().make, concurrency: 1 })
  const run = queue.openRun()
  await run.make(itemOf(1), alone())
  run.recorded('item-1')
  await run.close({ finished: true })
  await worker.stop()
  const redis = new Redis(url)
  const dump = await Promise.all((await redis.keys('*')).map(async (key) => `${key} ${await redis.dump(key)}`))
  redis.disconnect()
  expect(dump.filter((each) => !each.startsWith('our_images:'))).toEqual([])
  expect(dump.join()).not.toContain('a dam')
})
