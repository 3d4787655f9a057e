import { bulkhead, pipeline, type Clock, type PipelineState } from '@spillway/core'
import { scriptedOperation, settle, VirtualClock } from '@spillway/core/testing'
import * as fc from 'fast-check'
import { map, take } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { diagram, record } from './__fixtures__/marbles.ts'
import { state$ } from './state.ts'

const inFlight = map(({ inFlight: calls }: PipelineState) => String(calls))

test('state$ gives the state now, then after each call its change', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const heard = record(clock, state$(calls).pipe(inFlight))
  void calls.execute(scriptedOperation([{ value: 1, afterMs: 3 }]))
  await clock.advance(10)
  expect(heard).toEqual([...diagram('(01)'), ...diagram('---0')])
})

test('state$ makes one value of all events of a turn', async () => {
  const calls = pipeline([], { clock: new VirtualClock() })
  const seen: number[] = []
  state$(calls).subscribe((state) => seen.push(state.inFlight))
  for (let i = 0; i < 5; i++) void calls.execute(scriptedOperation([{ hang: true }]))
  await settle()
  expect(seen).toEqual([0, 5])
})

test('state$ says nothing when events left the state as it was', async () => {
  const calls = pipeline([], { clock: new VirtualClock() })
  const seen: number[] = []
  state$(calls).subscribe((state) => seen.push(state.inFlight))
  let poke = (): void => {}
  void calls.execute((context) => {
    poke = () => context.emit({ type: 'attempt.committed' })
    return new Promise(() => {})
  })
  await settle()
  poke()
  await settle()
  expect(seen).toEqual([0, 1])
})

test('state$ with everyMs keeps its distance on the clock of the pipeline and never loses the last change', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const heard = record(clock, state$(calls, { everyMs: 4 }).pipe(inFlight))
  for (const startMs of [1, 2, 6])
    clock.setTimer(startMs, () => void calls.execute(scriptedOperation([{ value: 1, afterMs: 5 }])))
  await clock.advance(40)
  expect(heard).toEqual(diagram('0---2---1---0'))
  expect(clock.pending).toBe(0)
})

test('state$ keeps no process alive while it waits', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  state$(calls, { everyMs: 1000 }).subscribe()
  await calls.execute(async () => 1)
  expect(clock.pending).toBe(0)
})

test('state$ completes with the last state when the pipeline is disposed of, and then gives that alone', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const heard = record(clock, state$(calls, { everyMs: 1000 }).pipe(inFlight))
  void calls.execute(scriptedOperation([{ hang: true }]))
  calls.dispose()
  await clock.advance(5000)
  expect(heard).toEqual(diagram('(01|)'))
  expect(record(clock, state$(calls).pipe(inFlight))).toEqual(diagram('(1|)'))
})

test('state$ stops listening when its subscriber leaves', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const heard = record(clock, state$(calls).pipe(inFlight, take(1)))
  expect(await calls.execute(async (context) => context.listening)).toBe(false)
  expect(heard).toEqual(diagram('(0|)'))
})

test.each([0, 1000])(
  'state$ reads nothing more when its subscriber leaves before the next value: everyMs %i',
  async (everyMs) => {
    const clock = new VirtualClock()
    let reads = 0
    const snapshot = (): object => ({ reads: ++reads })
    const calls = pipeline([{ name: 'own', enter: () => undefined, leave: () => {}, snapshot }], { clock })
    const heard = record(clock, state$(calls, { everyMs }))
    void calls.execute(scriptedOperation([{ hang: true }]))
    heard.unsubscribe()
    await clock.advance(5000)
    expect(reads).toBe(1)
  },
)

test('state$ takes its timer away when its subscriber leaves', async () => {
  const virtual = new VirtualClock()
  let timers = 0
  const clock: Clock = {
    now: () => virtual.now(),
    wallTime: () => virtual.wallTime(),
    setTimer(delayMs, callback) {
      const timer = virtual.setTimer(delayMs, callback)
      timers++
      const cancel = (): void => {
        timers--
        timer.cancel()
      }
      return { cancel, ref: () => timer.ref(), unref: () => timer.unref() }
    },
  }
  const calls = pipeline([], { clock })
  const subscription = state$(calls, { everyMs: 1000 }).subscribe()
  await calls.execute(async () => 1)
  expect(timers).toBe(1)
  subscription.unsubscribe()
  expect(timers).toBe(0)
})

test('state$ errors with what the snapshot of a policy throws', async () => {
  const clock = new VirtualClock()
  let broken = false
  const snapshot = (): object => {
    if (broken) throw new Error('no snapshot')
    return {}
  }
  const calls = pipeline([{ name: 'own', enter: () => undefined, leave: () => {}, snapshot }], { clock })
  const heard = record(clock, state$(calls).pipe(inFlight))
  broken = true
  expect(await calls.execute(async () => 1)).toBe(1)
  expect(heard).toEqual(diagram('(0#)', undefined, new Error('no snapshot')))
})

describe('for all calls', () => {
  test('state$ ends with the state of the pipeline and never repeats itself', async () => {
    const script = fc.array(fc.record({ startMs: fc.nat(30), takesMs: fc.nat(10) }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(script, fc.nat(8), async (starts, everyMs) => {
        const clock = new VirtualClock()
        const calls = pipeline([bulkhead({ maxConcurrency: 2 })], { clock })
        const heard: { state: string; at: number }[] = []
        state$(calls, { everyMs }).subscribe((state) => heard.push({ state: JSON.stringify(state), at: clock.now() }))
        for (const { startMs, takesMs } of starts)
          clock.setTimer(startMs, () => void calls.execute(scriptedOperation([{ value: 1, afterMs: takesMs }])))
        await clock.advance(200)
        expect(heard.at(-1)?.state).toBe(JSON.stringify(calls.state()))
        for (const [i, { state, at }] of heard.entries()) {
          const before = heard[i - 1]
          if (before === undefined) continue
          expect(state).not.toBe(before.state)
          expect(at - before.at).toBeGreaterThanOrEqual(everyMs)
        }
      }),
      { numRuns: 100 },
    )
  })
})

test.each([{ everyMs: -1 }, { everyMs: Infinity }, { every: 5 }])('state$ refuses %o', (options) => {
  expect(() => state$(pipeline([]), options)).toThrow('state$.every')
})
