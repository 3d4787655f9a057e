import { describe, expect, test } from 'vitest'
import {
  bulkhead,
  circuitBreaker,
  InvalidOptionsError,
  pipeline,
  PipelineDisposedError,
  retry,
  timeout,
} from '../index.ts'
import type { Part, Policy } from '../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../testing.ts'
import { ended } from '../kernel/__fixtures__/ended.ts'

/** A policy that tells of its end. */
const mortal = (name: string, log: string[], thrown?: Error): Policy => ({
  name,
  execute: (next, context) => next(context),
  dispose() {
    log.push(name)
    if (thrown !== undefined) throw thrown
  },
})

describe('a reload', () => {
  test('gives new calls the new policies and lets calls in flight end with the old ones', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([retry({ maxAttempts: 3, jitter: 'none' }), timeout({ attemptMs: 1000 })], { clock })
    const before = scriptedOperation([{ hang: true }])
    const old = ended(calls.execute(before))
    await clock.advance(500)
    calls.reload([timeout({ totalMs: 100 })])
    const after = scriptedOperation([{ hang: true }])
    const young = ended(calls.execute(after))
    await clock.advance(100)
    expect(await young).toMatchObject({ phase: 'total', limitMs: 100 })
    await clock.run()
    expect(await old).toMatchObject({ phase: 'attempt' })
    expect([before.runs, after.runs]).toEqual([3, 1])
    expect(calls.describe().map(({ name }) => name)).toEqual(['timeout'])
  })

  test('says so, and counts the calls of before', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([retry()], { clock, name: 'images' })
    const { events } = recordEvents(calls)
    const answer = calls.execute(scriptedOperation([{ value: 1, afterMs: 10 }]))
    await clock.advance(5)
    calls.reload([bulkhead(), retry({ name: 'again' })])
    expect(events.at(-1)).toEqual({
      type: 'pipeline.reloaded',
      at: 5,
      pipeline: 'images',
      policies: ['bulkhead', 'again'],
    })
    expect(calls.state()).toMatchObject({ inFlight: 1, policies: [{ name: 'bulkhead' }, { name: 'again' }] })
    await clock.run()
    await answer
    expect(calls.state().inFlight).toBe(0)
  })

  test('disposes of what is gone when its last call has ended, and not before', async () => {
    const clock = new VirtualClock()
    const gone: string[] = []
    const calls = pipeline([mortal('first', gone)], { clock })
    const answers = [10, 20].map((afterMs) => calls.execute(scriptedOperation([{ value: 1, afterMs }])))
    calls.reload([mortal('second', gone)])
    await clock.advance(10)
    expect(gone).toEqual([])
    await clock.run()
    expect(gone).toEqual(['first'])
    calls.reload([mortal('third', gone)])
    expect(gone).toEqual(['first', 'second'])
    await Promise.all(answers)
  })

  test('lets those who wait in an old line get their turn', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([bulkhead({ maxConcurrency: 1 })], { clock })
    const answers = ['a', 'b'].map((value) => calls.execute(scriptedOperation([{ value, afterMs: 10 }])))
    await settle()
    calls.reload([bulkhead({ maxConcurrency: 8 })])
    await clock.run()
    expect(await Promise.all(answers)).toEqual(['a', 'b'])
    expect(clock.pending).toBe(0)
  })

  test('keeps the state of a policy that stands in both lists', async () => {
    const gone: string[] = []
    const breaker = circuitBreaker()
    const kept = mortal('kept', gone)
    const calls = pipeline([kept, breaker])
    breaker.isolate()
    calls.reload([timeout({ totalMs: 1000 }), kept, breaker])
    expect(gone).toEqual([])
    expect(await ended(calls.execute(async () => 1))).toMatchObject({ name: 'CircuitOpenError' })
  })

  test.each<[string, unknown, string]>([
    ['no list', undefined, 'pipeline.policies'],
    ['no policy', [retry(), {}], 'pipeline.policies[1]'],
  ])('that is refused leaves the old policies in place: %s', async (_, parts, option) => {
    const gone: string[] = []
    const calls = pipeline([mortal('old', gone)])
    const recording = recordEvents(calls)
    expect(() => calls.reload(parts as readonly Part<never>[])).toThrow(InvalidOptionsError)
    expect(() => calls.reload(parts as readonly Part<never>[])).toThrow(option)
    expect(await calls.execute(async () => 'fine')).toBe('fine')
    expect(calls.describe().map(({ name }) => name)).toEqual(['old'])
    expect([gone, recording.timeline('pipeline.reloaded')]).toEqual([[], []])
  })

  test('is checked for its order like the first list', async () => {
    const codes: string[] = []
    const calls = pipeline([retry()], { check: ({ code }) => void codes.push(code) })
    calls.reload([retry(), retry()])
    await expect.poll(() => codes).toEqual(['SPILLWAY_RETRY_INSIDE_RETRY'])
  })

  test('survives a policy that throws when it is disposed of, and says so', async () => {
    const gone: string[] = []
    const calls = pipeline([mortal('bad', gone, new RangeError('broken')), mortal('good', gone)])
    const { events } = recordEvents(calls)
    calls.reload([])
    expect(gone).toEqual(['bad', 'good'])
    expect(events[0]).toMatchObject({ type: 'diagnostic.reported', source: 'bad.dispose', errorName: 'RangeError' })
  })

  test('of a pipeline that was disposed of is refused', () => {
    const calls = pipeline([])
    calls.dispose()
    expect(() => calls.reload([])).toThrow(PipelineDisposedError)
  })

  test('does not follow later changes of the list', async () => {
    const parts: Part<never>[] = [timeout({ totalMs: 10 })]
    const calls = pipeline(parts)
    parts.push(retry())
    expect(calls.describe()).toHaveLength(1)
  })
})

test('disposing of a pipeline ends the lines of before its reload too', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead({ maxConcurrency: 1 })], { clock })
  const first = ended(calls.execute(scriptedOperation([{ value: 'first', afterMs: 10 }])))
  const second = ended(calls.execute(scriptedOperation([{ value: 'second' }])))
  await settle()
  calls.reload([])
  calls.dispose()
  expect(await second).toMatchObject({ verdict: { kind: 'rejected' } })
  await clock.run()
  expect(await first).toBe('first')
})
