import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { processes } from './__fixtures__/processes.ts'

/** What a healthy process meets: never five failures in a row, which would open its circuit without any advice. */
const health = fc.array(
  fc.record({
    process: fc.integer({ min: 1, max: 4 }),
    failures: fc.integer({ min: 0, max: 4 }),
    afterMs: fc.constantFrom(0, 10, 900, 1100, 4000, 6000, 31_000),
    sick: fc.integer({ min: 0, max: 6 }),
  }),
  { maxLength: 30 },
)

// trap: sick-process-opens-nobody
test.prop([health], { numRuns: 50 })('one sick process among five opens no other', async (history) => {
  const { all, clock } = processes(5)
  const [sick, ...healthy] = all
  for (const { call } of healthy) await call(true)
  for (const step of history) {
    for (let i = 0; i < step.sick; i++) await sick?.call(false)
    for (let i = 0; i < step.failures; i++) await all[step.process]?.call(false)
    await all[step.process]?.call(true)
    await clock.advance(step.afterMs)
  }
  const opened = healthy.map(({ events }) => events.filter(({ type }) => type === 'circuit.opened').length)
  expect(opened).toEqual([0, 0, 0, 0])
})
