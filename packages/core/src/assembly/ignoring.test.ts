import { expect, test } from 'vitest'
import { circuitBreaker, pipeline, type VerdictKind } from '../index.ts'
import { VirtualClock } from '../testing.ts'
import { ignoring } from './ignoring.ts'

test('what a breaker is to ignore neither opens nor closes it', async () => {
  const clock = new VirtualClock()
  const breaker = circuitBreaker()
  const calls = pipeline([ignoring('overloaded', breaker)], {
    clock,
    classifier: { error: (error) => ({ kind: (error as Error).message as VerdictKind }) },
  })
  const fail = async (kind: VerdictKind, times: number): Promise<void> => {
    for (let n = 0; n < times; n++) await calls.execute(() => Promise.reject(new Error(kind))).catch(() => {})
  }
  await fail('overloaded', 20)
  expect(breaker.stateOf()).toBe('closed')
  await fail('transient', 5)
  expect(breaker.stateOf()).toBe('open')
  await clock.advance(4000)
  await fail('overloaded', 1)
  expect(breaker.stateOf()).toBe('half_open')
  expect(await calls.execute(async () => 1)).toBe(1)
  expect(breaker.stateOf()).toBe('closed')
})
