import { fallback, pipeline, retry } from '@spillway/core'
import { scriptedOperation, settle, VirtualClock } from '@spillway/core/testing'
import * as fc from 'fast-check'
import { lastValueFrom, map, range, toArray } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { expect, expectTypeOf, test } from 'vitest'
import { cold, diagram, record } from './__fixtures__/marbles.ts'
import { throughPipeline } from './through-pipeline.ts'

test('throughPipeline makes a call of each value and gives the answers as they come', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const source = cold(clock, 'c-a|')
  const takesMs: Record<string, number> = { c: 4, a: 1 }
  const through = throughPipeline(calls, async (value: string, context) => {
    await context.sleep(takesMs[value] ?? 0)
    return value.toUpperCase()
  })
  const heard = record(clock, source.pipe(through))
  await clock.advance(10)
  expect(heard).toEqual(diagram('---AC|').map((each, i) => (i === 2 ? { ...each, frame: 4 } : each)))
  expect(source.subscriptions).toEqual(['0 to 3'])
})

test('throughPipeline has no more calls under way than it was told, and starts the others in order', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const operation = scriptedOperation([{ value: 'x', afterMs: 2 }])
  const started: string[] = []
  const through = throughPipeline(
    calls,
    (value: string, context) => {
      started.push(`${clock.now()} ${value}`)
      return operation(context)
    },
    { concurrency: 2 },
  )
  const heard = record(clock, cold(clock, '(abcde|)').pipe(through))
  await clock.advance(20)
  expect(started).toEqual(['0 a', '0 b', '2 c', '2 d', '4 e'])
  expect(heard).toHaveLength(6)
})

test('throughPipeline starts at most 64 calls at once where nobody says how many', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  record(clock, range(200).pipe(throughPipeline(calls, () => new Promise<never>(() => {}))))
  await settle()
  expect(calls.state().inFlight).toBe(64)
})

test('throughPipeline retries each call by itself', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([retry({ jitter: 'none' })], { clock })
  const flaky = scriptedOperation([{ error: new Error('busy') }, { value: 'x', afterMs: 2 }])
  const heard = record(clock, cold(clock, '-a|').pipe(throughPipeline(calls, (_, context) => flaky(context))))
  await clock.advance(1000)
  expect(heard).toEqual(diagram('503ms (x|)'))
})

test('a call that fails fails the stream and ends the source and the other calls', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const source = cold(clock, 'ab----c|')
  const through = throughPipeline(calls, async (value: string, context) => {
    await context.sleep(value === 'a' ? 60_000 : 2)
    if (value === 'b') throw new Error('refused')
    return value
  })
  const heard = record(clock, source.pipe(through))
  await clock.advance(10)
  expect(heard).toEqual(diagram('---#', undefined, new Error('refused')))
  expect(source.subscriptions).toEqual(['0 to 3'])
  expect(calls.state().inFlight).toBe(0)
  expect(clock.pending).toBe(0)
})

test('unsubscribing ends all calls', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const operation = scriptedOperation([{ hang: true }])
  const heard = record(clock, cold(clock, 'abc-|').pipe(throughPipeline(calls, (_, context) => operation(context))))
  await clock.advance(2)
  expect(operation.running).toBe(3)
  heard.unsubscribe()
  await settle()
  expect(operation.running).toBe(0)
  expect(calls.state().inFlight).toBe(0)
})

test('the source is subscribed to while the result is, as the diagram says', () => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(
    ({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot('a--b--c--|')
      const never = throughPipeline(pipeline([]), () => new Promise<never>(() => {}))
      expectObservable(source.pipe(never), '-^---!').toBe('------')
      expectSubscriptions(source.subscriptions).toBe('-^---!')
    },
  )
})

test('every value gets its own answer, whatever the order and the concurrency', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { maxLength: 30 }),
      fc.integer({ min: 1, max: 5 }),
      async (takes, concurrency) => {
        const clock = new VirtualClock()
        const calls = pipeline([], { clock })
        const answers = lastValueFrom(
          range(takes.length).pipe(
            throughPipeline(
              calls,
              async (i, context) => {
                expect(calls.state().inFlight).toBeLessThanOrEqual(concurrency)
                await context.sleep(takes[i] ?? 0)
                return i
              },
              { concurrency },
            ),
            toArray(),
            map((all) => all.toSorted((a, b) => a - b)),
          ),
        )
        await clock.advance(1000)
        expect(await answers).toEqual(takes.map((_, i) => i))
      },
    ),
    { numRuns: 50 },
  )
})

test('what a fallback may answer is in the type', async () => {
  const calls = pipeline([fallback({ steps: [() => 'none' as const] })])
  const answers$ = range(1).pipe(throughPipeline(calls, async (n) => n))
  const last = await lastValueFrom(answers$)
  expectTypeOf(last).toEqualTypeOf<number | 'none'>()
  expect(last).toBe(0)
})

test.each([
  ['throughPipeline.project', () => throughPipeline(pipeline([]), 1 as never)],
  ['throughPipeline.concurrency', () => throughPipeline(pipeline([]), async () => 1, { concurrency: 0 })],
])('a wrong %s is refused before any value', (option, make) => {
  expect(make).toThrow(option)
})
