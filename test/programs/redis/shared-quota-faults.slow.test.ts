// What processes are granted while processes are killed, Redis crashes and wires fail: every beginning of a call is recorded,
// and no window may have seen more than it should.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { faultyWire } from './faulty-wire.ts'
import { mostWithin, quotaWorker, type QuotaWorker } from './quota-workers.ts'
import type { WorkerSettings } from './quota-worker.ts'
import { redisServer, type RedisTest } from './redis-server.ts'

const PERIOD_MS = 2000
const PERMITS = 10
/** So much may lie between a permit and the beginning of its call, on a machine with much to do. */
const LATE_MS = 300
const quotas = [{ permits: PERMITS, periodMs: PERIOD_MS }]

const now = (): number => Number(process.hrtime.bigint() / 1000n) / 1000

const crew = async (
  context: RedisTest,
  each: (i: number) => Omit<WorkerSettings, 'quotas'>,
): Promise<{
  workers: QuotaWorker[]
  beganAt: () => number[]
  hire: (settings: Omit<WorkerSettings, 'quotas'>) => Promise<QuotaWorker>
}> => {
  const workers: QuotaWorker[] = []
  const hire = async (settings: Omit<WorkerSettings, 'quotas'>): Promise<QuotaWorker> => {
    const worker = quotaWorker(context, { beatMs: 400, ...settings, quotas })
    workers.push(worker)
    await worker.ready
    worker.begin()
    return worker
  }
  await Promise.all([0, 1, 2, 3].map((i) => hire(each(i))))
  return { workers, hire, beganAt: () => workers.flatMap((worker) => worker.beganAt) }
}

const clientOf = (i: number): WorkerSettings['client'] => (i % 2 === 0 ? 'ioredis' : 'node-redis')

test('whoever is killed and whatever is cut: never more than the quota', async (context) => {
  const server = await redisServer(context, { persistent: true })
  const wires = await Promise.all([0, 1, 2, 3].map(() => faultyWire(context, server.port)))
  const settings = (i: number): Omit<WorkerSettings, 'quotas'> => ({
    redisUrl: `redis://127.0.0.1:${wires[i]?.port}`,
    client: clientOf(i),
    whenDown: 'refuse',
    deadlineMs: 100,
    wallSkewMs: i * 86_400_000,
  })
  const { workers, hire, beganAt } = await crew(context, settings)
  await sleep(PERIOD_MS)
  wires[0]?.cut()
  await workers[1]?.kill()
  await sleep(700)
  wires[0]?.heal()
  wires[2]?.blackhole()
  await hire(settings(1))
  await sleep(700)
  wires[2]?.heal()
  await server.stop('SIGKILL')
  await sleep(300)
  await server.start()
  wires[3]?.delay(60)
  await sleep(PERIOD_MS)
  await workers[0]?.kill()
  wires[1]?.delay(150) // later than the deadline: what is granted to it goes back
  await sleep(1.5 * PERIOD_MS)

  const all = beganAt()
  expect(mostWithin(PERIOD_MS - LATE_MS, all)).toBeLessThanOrEqual(PERMITS)
  // Ten at first, and half of what the periods since would have given.
  expect(all.length).toBeGreaterThan(PERMITS + (0.5 * PERMITS * (Math.max(...all) - Math.min(...all))) / PERIOD_MS)
})

const deaths = [
  { kind: 'keeps what it was told', persistent: true },
  { kind: 'has forgotten everything', persistent: false },
]
test.for(deaths)(
  'a Redis that dies and $kind: shares meanwhile, and no jump after',
  async ({ persistent }, context) => {
    const server = await redisServer(context, { persistent })
    const { workers, beganAt } = await crew(context, (i) => ({ redisUrl: server.url, client: clientOf(i) }))
    await sleep(1.5 * PERIOD_MS)
    const diedAt = now()
    await server.stop('SIGKILL')
    await sleep(3 * PERIOD_MS)
    const backAt = now()
    await server.start()
    await sleep(4 * PERIOD_MS)
    const all = beganAt()
    const since = (from: number, until = Infinity): number[] => all.filter((at) => at >= from && at < until)

    for (const { events } of workers) {
      expect(events.filter((event) => event.startsWith('store'))).toEqual(['store.degraded', 'store.recovered'])
      expect(events).toContain('share 0.25')
    }
    // Together: the quota while it is asked, the shares while it is dead, and from then on the quota again.
    expect(mostWithin(PERIOD_MS - LATE_MS, since(0, diedAt))).toBeLessThanOrEqual(PERMITS)
    expect(mostWithin(PERIOD_MS - LATE_MS, all)).toBeLessThan(2 * PERMITS)
    expect(mostWithin(PERIOD_MS - LATE_MS, since(diedAt + PERIOD_MS))).toBeLessThanOrEqual(PERMITS)
    // Nobody stands still: 2.5 permits a period each, of which two fit into a period.
    const dead = since(diedAt + PERIOD_MS, backAt).length
    expect(dead).toBeGreaterThanOrEqual(8)
    // It is the whole quota again, some time after all are back.
    expect(since(backAt + 2 * PERIOD_MS, backAt + 4 * PERIOD_MS).length).toBeGreaterThanOrEqual(0.9 * PERMITS * 2 - 2)
  },
)
