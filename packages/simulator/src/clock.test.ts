import { expect, test } from 'vitest'
import { createModelClock, createVirtualClock } from './clock.ts'

test('a virtual clock runs each timer at its own instant, also one set by another', () => {
  const clock = createVirtualClock()
  const seen: string[] = []
  clock.setTimer(20, () => seen.push(`${clock.now()} late`))
  clock.setTimer(10, () => {
    seen.push(`${clock.now()} early`)
    clock.setTimer(5, () => seen.push(`${clock.now()} inner`))
  })
  const cancel = clock.setTimer(12, () => seen.push('canceled'))
  cancel()
  clock.advance(30)
  expect(seen).toEqual(['10 early', '15 inner', '20 late'])
  expect(clock.now()).toBe(30)
})

test('model time stands until it is started, then runs faster by its scale', () => {
  const real = createVirtualClock()
  const clock = createModelClock(real, 100)
  real.advance(500)
  expect(clock.now()).toBe(0)
  clock.start()
  let fired = -1
  clock.setTimer(30_000, () => {
    fired = real.now()
  })
  real.advance(400)
  expect(clock.now()).toBe(40_000)
  expect(fired).toBe(800)
})
