import { describe, expect, test } from 'vitest'
import { failover, pipeline, retry, timeout } from '../index.ts'
import { recordEvents, scriptedOperation, seededRandom, VirtualClock } from '../testing.ts'

describe('a scripted operation', () => {
  test('answers step by step, the last step from then on, and remembers when and where', async () => {
    const clock = new VirtualClock()
    const operation = scriptedOperation([{ error: new Error('a'), afterMs: 5 }, { value: 'b' }])
    const calls = pipeline([retry({ jitter: 'none' }), failover({ endpoints: [{ name: 'one' }] })], { clock })
    const first = calls.execute(operation)
    await clock.run()
    const second = calls.execute(operation)
    await clock.run()
    expect(await Promise.all([first, second])).toEqual(['b', 'b'])
    expect(operation.started).toEqual([
      { at: 0, endpoint: 'one' },
      { at: 505, endpoint: 'one' },
      { at: 505, endpoint: 'one' },
    ])
    expect([operation.runs, operation.running]).toEqual([3, 0])
  })

  test('ends when its signal aborts, unless it is deaf', async () => {
    const clock = new VirtualClock()
    for (const deaf of [false, true]) {
      const operation = scriptedOperation([{ value: 1, afterMs: 500, deaf }])
      const answer = pipeline([timeout({ totalMs: 100 })], { clock })
        .execute(operation)
        .catch((error: { phase?: string }) => error.phase)
      await clock.advance(100)
      expect(await answer).toBe('total')
      expect([operation.running, operation.aborts.length]).toEqual(deaf ? [1, 0] : [0, 1])
      await clock.run()
    }
  })

  test('needs a script', () => {
    expect(() => scriptedOperation([])).toThrow(RangeError)
  })
})

test('seeded chance is the same every run, and between 0 and 1', () => {
  const draw = (seed: number): number[] => Array.from({ length: 1000 }, seededRandom(seed))
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
  expect(draw(7).every((each) => each >= 0 && each < 1)).toBe(true)
  const mean = draw(7).reduce((sum, each) => sum + each, 0) / 1000
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.05)
})

test('a recording keeps what was said until it is stopped', async () => {
  const calls = pipeline([])
  const recording = recordEvents(calls)
  await calls.execute(async () => 1)
  recording.stop()
  await calls.execute(async () => 1)
  expect(recording.events).toHaveLength(4)
  expect(recording.timeline('call.started')).toHaveLength(1)
  expect(recording.timeline()).toHaveLength(4)
})
