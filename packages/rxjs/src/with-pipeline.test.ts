import { bulkhead, circuitBreaker, fallback, pipeline, retry, timeout, type Policy, type Verdict } from '@spillway/core'
import { recordEvents, settle, VirtualClock } from '@spillway/core/testing'
import { concat, config, defer, EMPTY, finalize, NEVER, of, Subject, take, throwError, type Observable } from 'rxjs'
import { expect, test, vi } from 'vitest'
import { cold, diagram, record } from './__fixtures__/marbles.ts'
import { withPipeline } from './with-pipeline.ts'

const busy = new Error('busy')

test('withPipeline passes values, completion and error on in their time', async () => {
  const clock = new VirtualClock()
  const through = <T>(source: Observable<T>) =>
    record(clock, source.pipe(withPipeline(pipeline([bulkhead()], { clock }))))
  const whole = through(cold(clock, '--a-(bc)|'))
  const broken = through(cold(clock, '--a-#', busy))
  const empty = through(cold(clock, '---|'))
  const silent = through(NEVER)
  await clock.advance(20)
  expect(whole).toEqual(diagram('--a-(bc)|'))
  expect(broken).toEqual(diagram('--a-#', undefined, busy))
  expect(empty).toEqual(diagram('---|'))
  expect(silent).toHaveLength(0)
})

test('a value that is undefined is a value', async () => {
  const clock = new VirtualClock()
  const heard = record(clock, of(undefined, 1, undefined).pipe(withPipeline(pipeline([], { clock }))))
  await settle()
  expect(heard).toEqual(diagram('(aba|)', { a: undefined, b: 1 }))
})

test('before its first value a source is subscribed to again, after it its error is passed on', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([retry({ jitter: 'none' })], { clock })
  const recording = recordEvents(calls)
  const sources = [cold(clock, '--#', busy), cold(clock, '-a-b-#', busy)]
  const heard = record(clock, defer(() => sources.shift() ?? EMPTY).pipe(withPipeline(calls)))
  await clock.advance(5000)
  expect(heard).toEqual(diagram('503ms a-b-#', undefined, busy))
  expect(recording.timeline('retry.scheduled', 'attempt.committed', 'attempt.completed')).toEqual([
    '2 attempt.completed',
    '2 retry.scheduled',
    '503 attempt.committed',
    '507 attempt.completed',
  ])
  expect(recording.events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'transient' } })
})

test('a source that fails in the turn of its first value is tried again: nobody has seen that value', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([retry({ jitter: 'none' })], { clock })
  let subscriptions = 0
  const source = defer(() =>
    ++subscriptions === 1
      ? concat(
          of('x'),
          throwError(() => busy),
        )
      : of('a', 'b'),
  )
  const heard = record(clock, source.pipe(withPipeline(calls)))
  await clock.advance(1000)
  expect(heard).toEqual(diagram('500ms (ab|)'))
})

test('unsubscribing ends the source, whether it has begun, waits for its turn or for its next try', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead({ maxConcurrency: 2 }), retry()], { clock })
  const flowing = cold(clock, 'a-----b')
  const failing = cold(clock, '#', busy)
  const waiting = cold(clock, 'a')
  const all = [flowing, failing, waiting].map((source) => record(clock, source.pipe(withPipeline(calls))))
  await clock.advance(3)
  for (const each of all.toReversed()) each.unsubscribe()
  await clock.advance(60_000)
  expect(all.map((heard) => [...heard])).toEqual([diagram('a'), [], []])
  expect([flowing, failing, waiting].map((source) => source.subscriptions)).toEqual([['0 to 3'], ['0 to 0'], []])
  expect(calls.state()).toMatchObject({ inFlight: 0, policies: [{ state: { running: 0 } }, {}] })
  expect(clock.pending).toBe(0)
})

test('a subscriber that leaves while it gets what was held back gets no more of it', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead()], { clock })
  const heard = record(clock, cold(clock, '(abc)').pipe(withPipeline(calls), take(2)))
  await clock.advance(1)
  expect(heard).toEqual(diagram('(ab|)'))
  expect(calls.state().inFlight).toBe(0)
})

test('what the subscriber causes while it gets a value comes behind what is there already', async () => {
  const clock = new VirtualClock()
  const source = new Subject<string>()
  const seen: string[] = []
  source.pipe(withPipeline(pipeline([], { clock }))).subscribe((value) => {
    seen.push(value)
    if (value === 'a') source.next('c')
  })
  await settle()
  source.next('a')
  source.next('b')
  await settle()
  expect(seen).toEqual(['a', 'b', 'c'])
})

test('a time limit ends a source that has begun, and its subscriber hears why', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 4 })], { clock })
  const source = cold(clock, '-a-b-c-|')
  const heard = record(clock, source.pipe(withPipeline(calls)))
  await clock.advance(20)
  expect(heard.slice(0, 2)).toEqual(diagram('-a-b'))
  expect(heard[2]).toMatchObject({ frame: 4, notification: { error: { code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED' } } })
  expect(source.subscriptions).toEqual(['0 to 4'])
})

test('silence between two values is for the idle limit', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ firstByteMs: 3, idleMs: 5 })], { clock })
  const heard = record(clock, cold(clock, '--a----b------c').pipe(withPipeline(calls)))
  const late = record(clock, cold(clock, '-----a').pipe(withPipeline(calls)))
  await clock.advance(50)
  expect(heard.slice(0, 2)).toEqual(diagram('--a----b'))
  expect(heard[2]).toMatchObject({ frame: 12, notification: { error: { phase: 'idle' } } })
  expect(late[0]).toMatchObject({ frame: 3, notification: { error: { phase: 'first_byte' } } })
})

test('a source that breaks after its first value counts as a failure for the breaker', async () => {
  const clock = new VirtualClock()
  const breaker = circuitBreaker()
  const calls = pipeline([breaker], { clock })
  for (let i = 0; i < 5; i++) {
    record(clock, cold(clock, '-a-#', busy).pipe(withPipeline(calls)))
    await clock.advance(5)
  }
  expect(breaker.stateOf()).toBe('open')
})

test('the classifier judges the first value and the error of a source', async () => {
  const clock = new VirtualClock()
  const verdicts: Record<string, Verdict> = { nothing: { kind: 'empty' }, quota: { kind: 'quota_exhausted' } }
  const judge = (given: unknown): Verdict | undefined => verdicts[String(given)]
  const calls = pipeline([retry({ jitter: 'none', maxRerolls: 1 })], {
    clock,
    classifier: { error: judge, value: judge },
  })
  const recording = recordEvents(calls)
  const answers = ['nothing', 'image']
  const heard = record(clock, defer(() => of(answers.shift())).pipe(withPipeline(calls)))
  record(clock, cold(clock, '-a-#', 'quota').pipe(withPipeline(calls)))
  await clock.advance(5000)
  expect(heard.map(({ notification }) => notification.kind)).toEqual(['N', 'C'])
  expect(heard[0]?.notification).toHaveProperty('value', 'image')
  const ends = recording.events.filter((event) => event.type === 'call.completed')
  expect(ends.map((event) => event.verdict.kind)).toEqual(['success', 'quota_exhausted'])
})

test('of a source that ends in the turn of its first value that value is judged', async () => {
  const clock = new VirtualClock()
  const value = (given: unknown): Verdict | undefined => (given === 'first' ? undefined : { kind: 'empty' })
  const calls = pipeline([retry()], { clock, classifier: { error: () => undefined, value } })
  let subscriptions = 0
  const source = defer(() => of(++subscriptions === 1 ? 'other' : 'first', 'other'))
  const heard = record(clock, source.pipe(withPipeline(calls)))
  await clock.advance(5000)
  expect(subscriptions).toBe(2)
  expect(heard.map(({ notification }) => notification.kind).join('')).toBe('NNC')
})

test('an error that says what it means is not judged by the classifier', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const recording = recordEvents(calls)
  const full = Object.assign(new Error('full'), { isSpillwayError: true, verdict: { kind: 'throttled' } })
  record(clock, cold(clock, '-a-#', full).pipe(withPipeline(calls)))
  await clock.advance(5)
  expect(recording.events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'throttled' } })
})

test('a source during whose subscription the caller leaves is unsubscribed', async () => {
  const caller = new AbortController()
  const ended = vi.fn<() => void>()
  const source = defer(() => {
    caller.abort('gone')
    return NEVER.pipe(finalize(ended))
  })
  const clock = new VirtualClock()
  const heard = record(clock, source.pipe(withPipeline(pipeline([], { clock }), { signal: caller.signal })))
  await settle()
  expect(ended).toHaveBeenCalledOnce()
  expect(heard).toEqual(diagram('#', undefined, 'gone'))
})

test('after unsubscribing RxJS hears nothing more of the source', async () => {
  const stopped = vi.fn<() => void>()
  config.onStoppedNotification = stopped
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    const clock = new VirtualClock()
    const calls = pipeline([], { clock })
    const waiting = record(clock, NEVER.pipe(withPipeline(calls)))
    const begun = record(clock, cold(clock, 'a').pipe(withPipeline(calls)))
    await clock.advance(1)
    waiting.unsubscribe()
    begun.unsubscribe()
    await settle()
    vi.runAllTimers()
    expect(stopped).not.toHaveBeenCalled()
  } finally {
    config.onStoppedNotification = null
    vi.useRealTimers()
  }
})

test('a classifier that throws hurts no source', async () => {
  const clock = new VirtualClock()
  const error = (): never => {
    throw new Error('a bug')
  }
  const calls = pipeline([bulkhead()], { clock, classifier: { error } })
  const heard = record(clock, cold(clock, '-a-#', busy).pipe(withPipeline(calls)))
  await clock.advance(10)
  expect(heard).toEqual(diagram('-a-#', undefined, busy))
  expect(calls.state().inFlight).toBe(0)
})

test("a fallback's answer is the only value", async () => {
  const clock = new VirtualClock()
  const calls = pipeline([fallback({ steps: [() => 'x'] })], { clock })
  const heard = record(clock, cold(clock, '--#', busy).pipe(withPipeline(calls)))
  await clock.advance(10)
  expect(heard).toEqual(diagram('--(x|)'))
})

/** Two at once, as a hedge does it: when both have answered, one wins and the other is ended. */
const race = (winner: 0 | 1): Policy => ({
  name: 'race',
  async execute(next, context) {
    const branches = [context.child(), context.child()] as const
    const outcomes = await Promise.all([next(branches[0]), next(branches[1])])
    branches[1 - winner]?.abort('lost')
    return outcomes[winner]
  },
})

test.each([
  [0, '-x-a-|', ['0 to 5'], ['0 to 1']],
  [1, '-x--b|', ['0 to 1'], ['0 to 5']],
] as const)('of two subscriptions only the chosen one is read: %i', async (winner, expected, first, second) => {
  const clock = new VirtualClock()
  const calls = pipeline([race(winner)], { clock })
  const sources = [cold(clock, 'x--a-|'), cold(clock, '-x--b|')]
  const all = [...sources]
  const heard = record(clock, defer(() => sources.shift() ?? EMPTY).pipe(withPipeline(calls)))
  await clock.advance(10)
  expect(heard).toEqual(diagram(expected))
  expect(all.map((source) => source.subscriptions)).toEqual([first, second])
  expect(calls.state().inFlight).toBe(0)
})

test('a disposed pipeline is an error of the stream', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  calls.dispose()
  const heard = record(clock, of(1).pipe(withPipeline(calls)))
  await settle()
  expect(heard[0]?.notification).toHaveProperty('error.code', 'ERR_SPILLWAY_PIPELINE_DISPOSED')
})
