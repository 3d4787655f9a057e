// Workers that are killed, and a Redis that is, have their test in test/slow/bullmq-crash.test.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { openBatchQueue } from '@spillway/bullmq'
import { seededRandom } from '@spillway/core/testing'
import { expect, test } from 'vitest'
import { faultyWire } from './faulty-wire.ts'
import { itemsOf } from './queue-items.ts'
import { countingApi, fatesOf, fleet, meanwhile } from './queue-world.ts'
import { redisServer } from './redis-server.ts'

const QUEUE = { lockMs: 1000, lostAfterMs: 500 }

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
