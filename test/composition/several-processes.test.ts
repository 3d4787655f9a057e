import {
  memorySharedQuotaStore,
  pipeline,
  rateLimit,
  standardPipeline,
  type CircuitAdvice,
  type Pipeline,
  type Quota,
} from '@spillway/core'
import { memoryCircuitAdvice, seededRandom, VirtualClock } from '@spillway/core/testing'
import { expect, test } from 'vitest'

const CALM_MS = 10_000
const OUTAGE_MS = 120_000
const OPEN_MS = 20_000

interface Told {
  /** Requests that met the outage once all circuits were open. */
  readonly sent: number
  /** Calls that ended without an answer. */
  readonly failed: number
  /** How long the last of those that began in the outage took after its end, in milliseconds. */
  readonly caughtUpMs: number
}

/** Four processes in the standard order, each with a call every two seconds, and one endpoint that is down for two minutes. */
const outage = async (advice: (clock: VirtualClock) => () => CircuitAdvice | undefined): Promise<Told> => {
  const clock = new VirtualClock()
  const join = advice(clock)
  const all = [1, 2, 3, 4].map((seed) => {
    const own = join()
    return standardPipeline({
      clock,
      random: seededRandom(seed),
      classifier: { error: () => ({ kind: 'transient' }) },
      circuitBreaker: own === undefined ? {} : { advice: own },
    })
  })
  let [sent, failed, caughtUpAt] = [0, 0, 0]
  const back = CALM_MS + OUTAGE_MS
  const call = async (calls: (typeof all)[number]): Promise<void> => {
    const startedAt = clock.now()
    try {
      await calls.execute(async (context) => {
        const down = clock.now() >= CALM_MS && clock.now() < back
        if (down && clock.now() >= OPEN_MS) sent++
        await context.sleep(down ? 100 : 1000)
        if (down) throw new Error('connection refused')
      })
    } catch {
      failed++
    }
    if (startedAt < back) caughtUpAt = Math.max(caughtUpAt, clock.now())
  }
  for (let ms = 0; ms < back + 60_000; ms += 2000) {
    for (const calls of all) void call(calls)
    await clock.advance(2000)
  }
  await clock.run()
  return { sent, failed, caughtUpMs: caughtUpAt - back }
}

// trap: one-process-probes
test('processes in the standard order that advise one another send less into an outage, and lose no call', async () => {
  const alone = await outage(() => () => undefined)
  const together = await outage((clock) => memoryCircuitAdvice({ clock }))
  expect([alone.failed, together.failed]).toEqual([0, 0])
  expect(together.sent).toBeLessThan(0.35 * alone.sent)
  expect(together.caughtUpMs).toBeLessThan(alone.caughtUpMs + 10_000)
})

test('who has another endpoint takes no probe from who has not', async () => {
  const clock = new VirtualClock()
  const join = memoryCircuitAdvice({ clock })
  let [isDown, probes] = [true, 0]
  const process = (seed: number, names: readonly string[]): Pipeline =>
    standardPipeline({
      clock,
      random: seededRandom(seed),
      classifier: { error: () => ({ kind: 'transient' }) },
      endpoints: names.map((name) => ({ name })),
      circuitBreaker: { advice: join() },
    })
  const answers = { rich: 0, poor: 0 }
  const call = async (calls: Pipeline, who: 'rich' | 'poor'): Promise<void> => {
    await calls.execute(async (context) => {
      const down = context.endpoint?.name === 'a' && isDown
      if (down && who === 'poor') probes++
      await context.sleep(down ? 100 : 1000)
      if (down) throw new Error('connection refused')
    })
    answers[who]++
  }
  const rich = [1, 2, 3].map((seed) => process(seed, ['a', 'b']))
  const poor = process(4, ['a'])
  const traffic = async (forMs: number): Promise<void> => {
    for (let ms = 0; ms < forMs; ms += 500) {
      for (const calls of rich) void call(calls, 'rich')
      void call(poor, 'poor').catch(() => {})
      await clock.advance(500)
    }
  }
  await traffic(60_000)
  // Those of its circuit's opening, and one for each break.
  expect(probes).toBeGreaterThanOrEqual(8)
  expect(answers.poor).toBe(0)
  isDown = false
  await traffic(25_000)
  expect(answers.poor).toBeGreaterThan(10)
  expect(answers.rich).toBeGreaterThan(400)
})

const MINUTE_MS = 60_000

/** Two endpoints, of which the first has a quota that others spend too, and who was asked when. */
const withSharedQuota = (quotas: (endpoint: string) => readonly Quota[]) => {
  const clock = new VirtualClock()
  const store = memorySharedQuotaStore({ clock })
  const shared = { quotas, store }
  const spent = pipeline([rateLimit({ ...shared, partitionKey: () => 'a' })], { clock })
  const calls = standardPipeline({
    clock,
    endpoints: [{ name: 'a' }, { name: 'b' }],
    failover: { order: 'ordered' },
    rateLimit: shared,
  })
  const asked: string[] = []
  const ask = () =>
    calls.execute(async (context) => {
      asked.push(`${context.endpoint?.name} ${clock.now()}`)
      await context.sleep(10)
    })
  const spend = (times: number) => Promise.all(Array.from({ length: times }, () => spent.execute(async () => {})))
  return { clock, calls, asked, ask, spend }
}

test('a call that another process has left no permit for goes to an endpoint that has one', async () => {
  const { clock, calls, asked, ask, spend } = withSharedQuota((name) => (name === 'a' ? [{ permits: 5 }] : []))
  const rejections: string[] = []
  calls.events.subscribe(({ type }) => type.endsWith('.rejected') && rejections.push(type))
  void spend(5)
  await clock.advance(1000)
  void ask()
  await clock.advance(1000)
  expect(asked).toEqual(['b 1000'])
  expect(rejections).toEqual([])
})

test('where nobody has one, calls wait for the first that comes back, and none is lost or asked twice', async () => {
  const { clock, asked, ask, spend } = withSharedQuota(() => [{ permits: 5 }])
  void spend(5)
  await clock.advance(1000)
  const all = Promise.all(Array.from({ length: 12 }, ask))
  await clock.run()
  await all
  const at = (name: string) => asked.filter((each) => each.startsWith(name)).map((each) => Number(each.split(' ')[1]))
  expect(at('b').filter((ms) => ms < MINUTE_MS)).toHaveLength(5)
  expect(Math.min(...at('a'))).toBeGreaterThanOrEqual(MINUTE_MS)
  expect(asked).toHaveLength(12)
  expect(Math.max(...at('a'), ...at('b'))).toBeLessThan(MINUTE_MS + 5000)
})

test('a call whose time is shorter than the wait is told at once', async () => {
  const { clock, calls, spend } = withSharedQuota(() => [{ permits: 5 }])
  void spend(5)
  await clock.advance(1000)
  for (let i = 0; i < 5; i++) void calls.execute(async () => {})
  await clock.advance(1000)
  const late = calls.execute(async () => {}, { totalMs: 10_000 }).catch((error: unknown) => error)
  await clock.advance(10)
  expect(await Promise.race([late, Promise.resolve('waits')])).toMatchObject({
    code: 'ERR_SPILLWAY_RATE_LIMIT_EXCEEDED',
    retryAfterMs: expect.closeTo(MINUTE_MS - 1000, -2) as number,
  })
})
