import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import type { CallContext } from '../../index.ts'
import { processes } from './__fixtures__/processes.ts'

const arrival = fc.record({
  process: fc.nat({ max: 2 }),
  key: fc.constantFrom('a', 'b'),
  afterMs: fc.constantFrom(0, 1, 5, 60, 900, 12_000),
  workMs: fc.constantFrom(0, 2, 100, 3000, 25_000),
  fails: fc.boolean(),
  abortAfterMs: fc.constantFrom(0, 1, 3, 50, 1000, Infinity, Infinity, Infinity),
})

const settings = fc.record({
  ttlMs: fc.constantFrom(0, 1000, 300_000),
  staleWhileRevalidateMs: fc.constantFrom(0, 20_000),
  leaseMs: fc.constantFrom(1000, 10_000),
  tells: fc.boolean(),
})

// trap: one-asks-for-all
test.prop([settings, fc.array(arrival, { minLength: 1, maxLength: 25 })], { numRuns: 200 })(
  'processes work on a key one at a time, each caller ends in its own way, and nothing is left behind',
  async ({ tells, ...options }, arrivals) => {
    const { clock, all, store } = processes(3, { ...options, tells })
    const running = new Map<string, number>()
    const mostAtOnce: number[] = []
    const asked = arrivals.map(async ({ process, key, workMs, fails, abortAfterMs }, i) => {
      for (const { afterMs } of arrivals.slice(0, i + 1)) await new Promise<void>((go) => clock.setTimer(afterMs, go))
      const caller = new AbortController()
      if (abortAfterMs !== Infinity) clock.setTimer(abortAfterMs, () => caller.abort(`gone ${i}`)).unref()
      const work = async (context: CallContext): Promise<string> => {
        running.set(key, (running.get(key) ?? 0) + 1)
        mostAtOnce.push(running.get(key) ?? 0)
        const whole = await context.sleep(workMs)
        running.set(key, (running.get(key) ?? 0) - 1)
        if (!whole || fails) throw new Error(`503 for ${key}`)
        return `an answer for ${key}`
      }
      const answer = await all[process]?.ask(key, work, caller.signal)
      const ended = answer instanceof Error ? answer.message : answer
      // Whoever waited for work whose last caller left goes on by another's, and hears of nobody's leaving but its own.
      expect([`an answer for ${key}`, `503 for ${key}`, `gone ${i}`]).toContain(ended)
    })
    await clock.run()
    await Promise.all(asked)
    expect(Math.max(0, ...mostAtOnce)).toBeLessThanOrEqual(1)
    expect(clock.pending).toBe(0)
    for (const key of ['a', 'b']) {
      const [free] = await Promise.all([store.leases?.take(key, 'another', 1000), clock.advance(1)])
      expect(free).toBe(0)
    }
  },
)
