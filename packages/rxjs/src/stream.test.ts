import { bulkhead, failure, pipeline, retry, success, type CallContext } from '@spillway/core'
import { settle, VirtualClock } from '@spillway/core/testing'
import { take } from 'rxjs'
import { expect, test, vi } from 'vitest'
import { diagram, record } from './__fixtures__/marbles.ts'
import { stream$ } from './stream.ts'

/** Parts that come when the diagram says so, as an adapter would make them: the body ends with them. */
const parts = (marbles: string, error?: unknown) => async (context: CallContext) => {
  const body = context.openBody()
  const { clock } = context.call
  const from = clock.now()
  return (async function* () {
    let ending = failure(undefined, { kind: 'canceled' }) as Parameters<typeof body.end>[0]
    try {
      for (const { frame, notification } of diagram(marbles, undefined, error)) {
        if (!(await context.sleep(from + frame - clock.now()))) throw context.reason
        if (notification.kind === 'N') yield notification.value as string
        else if (notification.kind === 'E') throw notification.error
      }
      ending = success(undefined)
    } finally {
      body.end(ending)
    }
  })()
}

test('stream$ gives the parts as they come, and an error behind them as it was thrown', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead()], { clock })
  const whole = record(clock, stream$(calls, parts('--a-b-|')))
  const broken = record(clock, stream$(calls, parts('--a--#', 'cut')))
  await clock.advance(3)
  expect(calls.state().inFlight).toBe(2)
  await clock.advance(10)
  expect(whole).toEqual(diagram('--a-b-|'))
  expect(broken).toEqual(diagram('--a--#', undefined, 'cut'))
  expect(calls.state()).toMatchObject({ inFlight: 0, policies: [{ state: { running: 0 } }] })
})

test('stream$ retries a stream that fails before it begins', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([retry({ jitter: 'none' })], { clock })
  const open = parts('-a|')
  const heard = record(
    clock,
    stream$(calls, async (context) => {
      if (context.attempt === 1) throw new Error('busy')
      return open(context)
    }),
  )
  await clock.advance(1000)
  expect(heard).toEqual(diagram('501ms a|'))
})

test('unsubscribing ends a stream at once, also one that is silent', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead()], { clock })
  const heard = record(clock, stream$(calls, parts('a 60s b|')))
  await clock.advance(5)
  expect(calls.state().inFlight).toBe(1)
  heard.unsubscribe()
  await settle()
  expect(calls.state()).toMatchObject({ inFlight: 0, policies: [{ state: { running: 0 } }] })
  expect(clock.pending).toBe(0)
  expect(heard).toEqual(diagram('a'))
})

test('unsubscribing within a part ends the stream', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead()], { clock })
  const heard = record(clock, stream$(calls, parts('abc|')).pipe(take(2)))
  await clock.advance(10)
  expect(heard).toEqual(diagram('a(b|)'))
  expect(calls.state().inFlight).toBe(0)
})

test('a stream that does not know the signal is told by return()', async () => {
  const close = vi.fn<() => Promise<IteratorResult<string>>>(async () => ({ done: true, value: undefined }))
  const deaf = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}), return: close }) }
  const clock = new VirtualClock()
  const heard = record(
    clock,
    stream$(pipeline([], { clock }), async () => deaf),
  )
  await settle()
  heard.unsubscribe()
  expect(close).toHaveBeenCalledOnce()
})

test('a stream that was begun is closed, in whichever turn its subscriber leaves', async () => {
  let opened = 0
  for (let turns = 0; turns < 20; turns++) {
    const close = vi.fn<() => Promise<IteratorResult<string>>>(async () => ({ done: true, value: undefined }))
    const open = vi.fn<() => AsyncIterator<string>>(() => ({ next: () => new Promise(() => {}), return: close }))
    const operation = async (context: CallContext) => {
      context.openBody()
      return { [Symbol.asyncIterator]: open }
    }
    const clock = new VirtualClock()
    const heard = record(clock, stream$(pipeline([], { clock }), operation))
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    heard.unsubscribe()
    await settle()
    opened += open.mock.calls.length
    expect(close).toHaveBeenCalledTimes(open.mock.calls.length)
  }
  expect(opened).toBeGreaterThan(0)
})

test('unsubscribing before there is a stream ends the call', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const heard = record(
    clock,
    stream$(calls, () => new Promise<AsyncIterable<never>>(() => {})),
  )
  heard.unsubscribe()
  await settle()
  expect(calls.state().inFlight).toBe(0)
})

test('stream$ errors when the answer is no stream', async () => {
  const clock = new VirtualClock()
  const heard = record(
    clock,
    stream$(pipeline([], { clock }), async () => 'text' as unknown as AsyncIterable<string>),
  )
  await settle()
  expect(heard[0]?.notification).toHaveProperty('error.name', 'TypeError')
})

test('stream$ refuses an operation that is no function', () => {
  expect(() => stream$(pipeline([]), {} as never)).toThrow('stream$.operation must be a function')
})
