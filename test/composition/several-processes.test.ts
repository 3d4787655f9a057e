import { standardPipeline, type CircuitAdvice, type Pipeline } from '@spillway/core'
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
