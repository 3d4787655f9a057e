import { setTimeout as sleep } from 'node:timers/promises'
import { openBatchQueue } from '@spillway/bullmq'
import { seededRandom } from '@spillway/core/testing'
import { expect, test } from 'vitest'
import { faultyWire } from './faulty-wire.ts'
import { itemsOf } from './queue-items.ts'
import { countingApi, fatesOf, fleet, meanwhile } from './queue-world.ts'
import { redisServer } from './redis-server.ts'

const QUEUE = { lockMs: 1000, lostAfterMs: 500 }
/** A busy machine would otherwise kill workers faster than they start. */
const MOST_KILLS = 8

test('four workers, killed one after the other: nothing is lost, nothing is made twice, and what nobody knows is reported', async (context) => {
  const { url } = await redisServer(context)
  const api = await countingApi(context, { faults: [{ fault: 'overloaded', ratio: 0.2, retryAfterMs: 3000 }] })
  const workers = fleet(context, 4, [url, api.url, { queue: QUEUE }])
  const run = openBatchQueue(url, QUEUE).openRun()
  const random = seededRandom(1)
  const items = itemsOf(40)
  let kills = 0
  const fates = await meanwhile(
    fatesOf(run, items),
    () => 500 + random() * 1000,
    () => {
      if (++kills <= MOST_KILLS) workers.replace(Math.floor(random() * 4))
    },
  )
  const { images, promptsByTimesMade } = api.simulator.counters().total
  expect(fates.failed).toEqual([])
  expect(fates.mixedUp).toEqual([])
  expect(fates.done.length + fates.unknown.length).toBe(items.length)
  expect(Object.keys(promptsByTimesMade)).toEqual(['1'])
  // Every picture is either there, or its item is among those that are reported.
  expect(images).toBeGreaterThanOrEqual(fates.done.length)
  expect(images).toBeLessThanOrEqual(items.length)
  expect(fates.unknown.length).toBeLessThanOrEqual(2 * MOST_KILLS)
  await run.close()
  await workers.stop()
})

test('with idempotency keys that the endpoint honours, each item is made once and comes back, whoever is killed', async (context) => {
  const { url } = await redisServer(context)
  const api = await countingApi(context)
  const workers = fleet(context, 4, [url, api.url, { queue: QUEUE, idempotent: true }])
  const run = openBatchQueue(url, QUEUE).openRun()
  const random = seededRandom(2)
  const items = itemsOf(40)
  let kills = 0
  const fates = await meanwhile(
    fatesOf(run, items),
    () => 500 + random() * 1000,
    () => {
      if (++kills <= MOST_KILLS) workers.replace(Math.floor(random() * 4))
    },
  )
  expect(fates).toMatchObject({ unknown: [], failed: [], mixedUp: [] })
  expect(fates.done).toHaveLength(items.length)
  const { images, promptsByTimesMade } = api.simulator.counters().total
  expect(promptsByTimesMade).toEqual({ 1: items.length })
  expect(images).toBe(items.length)
  await run.close()
  await workers.stop()
})

test('a Redis that is killed and started again with what it had kept loses no item and repeats none', async (context) => {
  const server = await redisServer(context, { persistent: true })
  const api = await countingApi(context)
  const workers = fleet(context, 3, [server.url, api.url, { queue: QUEUE, idempotent: false }])
  const run = openBatchQueue(server.url, QUEUE).openRun()
  const random = seededRandom(3)
  const items = itemsOf(40)
  let restarts = 0
  const fates = await meanwhile(
    fatesOf(run, items),
    () => 1500 + random() * 1000,
    async () => {
      await server.stop('SIGKILL')
      await server.start()
      restarts++
    },
  )
  const { promptsByTimesMade } = api.simulator.counters().total
  expect(fates).toMatchObject({ failed: [], mixedUp: [] })
  expect(fates.done.length + fates.unknown.length).toBe(items.length)
  expect(Object.keys(promptsByTimesMade)).toEqual(['1'])
  expect(restarts).toBeGreaterThan(0)
  await run.close()
  await workers.stop()
})

test('workers whose wire to Redis is cut again and again repeat nothing, and what they made arrives', async (context) => {
  const server = await redisServer(context)
  const wire = await faultyWire(context, server.port)
  const api = await countingApi(context)
  const workers = fleet(context, 3, [`redis://127.0.0.1:${wire.port}`, api.url, { queue: QUEUE }])
  const run = openBatchQueue(server.url, QUEUE).openRun()
  const random = seededRandom(4)
  const items = itemsOf(40)
  let cuts = 0
  const fates = await meanwhile(
    fatesOf(run, items),
    () => 1000 + random() * 1000,
    async () => {
      wire.cut()
      cuts++
      await sleep(random() * 2500)
      wire.heal()
    },
  )
  const { promptsByTimesMade } = api.simulator.counters().total
  expect(fates).toMatchObject({ failed: [], mixedUp: [] })
  expect(fates.done.length + fates.unknown.length).toBe(items.length)
  expect(Object.keys(promptsByTimesMade)).toEqual(['1'])
  expect(cuts).toBeGreaterThan(0)
  await run.close()
  await workers.stop()
})
