import { describe, expect, test } from 'vitest'
import { execute } from '../../index.ts'
import { VirtualClock } from '../../testing.ts'
import { classifier, failure, fails, run, scripted } from './__fixtures__/targets.ts'

describe('the time', () => {
  test('is divided: equal parts of what is left, so that each fallback has its chance', async () => {
    const clock = new VirtualClock()
    const hangs = ['a', 'b', 'c'].map((name) => scripted(name, { hang: true }))
    const last = scripted('d', { value: 'at last', afterMs: 44_000 })
    const [primary, ...rest] = hangs as [(typeof hangs)[0], ...typeof hangs]
    const answer = await run(clock, execute({ primary, fallbacks: [...rest, last], clock }))
    expect(answer).toMatchObject({ target: 'd', durationMs: 179_000 })
    expect(answer.tried.map(({ durationMs }) => durationMs)).toEqual([45_000, 45_000, 45_000])
  })

  test('that one does not use is there for the next', async () => {
    const clock = new VirtualClock()
    const slow = scripted('b', { value: 'slow', afterMs: 80_000 })
    const fallbacks = [slow, scripted('c', { value: 'never' })]
    const answer = await run(clock, execute({ primary: fails('a', 'overloaded', 1000), fallbacks, clock, classifier }))
    expect(answer).toMatchObject({ target: 'b', durationMs: 81_000 })
  })

  test('of a target may be said, and leaves the rest to the others', async () => {
    const clock = new VirtualClock()
    const primary = { ...scripted('a', { value: 'patient', afterMs: 150_000 }), tryMs: 160_000 }
    const call = (tryMs: number): Promise<unknown> =>
      run(clock, execute({ primary: { ...primary, tryMs }, fallbacks: [scripted('b', { value: 'x' })], clock }))
    expect(await call(160_000)).toMatchObject({ target: 'a' })
    expect(await call(140_000)).toMatchObject({ target: 'b', durationMs: 140_000 })
  })

  test('that has run out leaves nobody to ask', async () => {
    const clock = new VirtualClock()
    const primary = { ...scripted('a', { hang: true }), tryMs: Infinity }
    const relay = scripted('b', { value: 'late' })
    const error = await failure(clock, execute({ primary, fallbacks: [relay], totalMs: 5000, clock }))
    expect(error).toMatchObject({ durationMs: 5000, tried: [{ verdict: { kind: 'transient', billed: 'unknown' } }] })
    expect(relay.operation.runs).toBe(0)
  })
})
