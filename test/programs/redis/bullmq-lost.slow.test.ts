// Workers that are lost while their request is out, and runs that come and go meanwhile.
import { type BatchQueueOptions, openBatchQueue } from '@spillway/bullmq'
import { describe, expect, test, type TestContext } from 'vitest'
import { postgresServer } from '../postgres/postgres-server.ts'
import { faultyWire } from './faulty-wire.ts'
import { alone, FAST, heard, itemOf, maker, pictureOf } from './queue-makers.ts'
import { redisServer } from './redis-server.ts'

test('a worker whose Redis is gone can be stopped', { timeout: 60_000 }, async (context) => {
  const redis = await redisServer(context)
  const { make, sent } = maker()
  const queue = openBatchQueue(redis.url, FAST)
  const worker = queue.work({ make, concurrency: 1 })
  const run = queue.openRun()
  await run.make(itemOf(1), alone())
  expect(sent).toEqual(['item-1'])
  await redis.stop('SIGKILL')
  await worker.stop()
  await run.close()
})

describe.each([
  { kind: 'Redis', server: redisServer },
  { kind: 'PostgreSQL', server: postgresServer },
])('on $kind', ({ server }) => {
  test('an item whose worker fell silent after sending is reported, and its late picture counts', async (context) => {
    // The first worker is cut off from Redis while its request is out: its lock runs out.
    const { port, url } = await server(context)
    const wire = await faultyWire(context, port)
    const near = openBatchQueue(url, FAST)
    const far = openBatchQueue(url.replace(`:${port}`, `:${wire.port}`), FAST)
    const answered = Promise.withResolvers<void>()
    const cutOff = maker(() => answered.promise)
    const { listener, types } = heard()
    const first = far.work({ make: cutOff.make, concurrency: 1, listener })
    const run = near.openRun()
    const outcome = run.make(itemOf(1), alone()).catch((error: unknown) => error)
    await expect.poll(() => cutOff.sent).toEqual(['item-1'])
    wire.cut()
    const other = maker()
    const second = near.work({ make: other.make, concurrency: 1 })
    expect(await outcome).toMatchObject({ code: 'ERR_SPILLWAY_OUTCOME_UNKNOWN', verdict: { billed: 'unknown' } })
    expect(other.sent).toEqual([])
    wire.heal()
    answered.resolve()
    await expect.poll(types).toContain('item.done')
    // Asked for again, it is not made again: the picture that nobody had heard of is there now.
    expect(await run.make(itemOf(1), alone())).toEqual(pictureOf(itemOf(1)))
    expect(other.sent).toEqual([])
    await run.close()
    await Promise.all([first.stop(), second.stop()])
  })

  /** A worker that was cut off with the request for item 1 out, the first run, and a worker that takes over. */
  const lostWorker = async (context: TestContext, options: BatchQueueOptions = FAST) => {
    const { port, url } = await server(context)
    const wire = await faultyWire(context, port)
    const queue = openBatchQueue(url, options)
    const lost = maker(() => new Promise(() => {}))
    openBatchQueue(url.replace(`:${port}`, `:${wire.port}`), options).work({ make: lost.make, concurrency: 1 })
    const first = queue.openRun()
    const ending = new AbortController()
    const outcome = first.make(itemOf(1), alone(ending.signal)).catch((error: unknown) => error)
    await expect.poll(() => lost.sent).toEqual(['item-1'])
    wire.cut()
    const { make, sent } = maker()
    const { listener, types } = heard()
    const worker = queue.work({ make, concurrency: 1, listener })
    return { queue, first, outcome, ending, worker, sent, types }
  }

  test('an item that is reported while its run is away is not made when the run starts again', async (context) => {
    const { queue, first, worker, sent, types } = await lostWorker(context)
    // As if the process had been killed.
    await first.close()
    await expect.poll(types).toContain('item.unknown')
    const second = queue.openRun()
    await expect(second.make(itemOf(1), alone())).rejects.toMatchObject({ code: 'ERR_SPILLWAY_OUTCOME_UNKNOWN' })
    expect(await second.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0 })
    await second.close()
    await worker.stop()
    expect(sent).toEqual([])
  })

  test('an item that may have been sent is not forgotten when its run withdraws', async (context) => {
    const { queue, first, outcome, ending, worker, sent } = await lostWorker(context, { ...FAST, lostAfterMs: 5000 })
    // Nobody has it in hand: it waits until its worker must be lost.
    await expect.poll(async () => (await first.counts()).delayed).toBe(1)
    ending.abort(new Error('stopped'))
    expect(await outcome).toMatchObject({ message: 'stopped' })
    await first.close()
    const second = queue.openRun()
    await expect(second.make(itemOf(1), alone())).rejects.toMatchObject({ code: 'ERR_SPILLWAY_OUTCOME_UNKNOWN' })
    await second.close()
    await worker.stop()
    expect(sent).toEqual([])
  })
})
