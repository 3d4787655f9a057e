import { getEventListeners } from 'node:events'
import { bulkhead, pipeline, retry, success, type CallContext } from '@spillway/core'
import { scriptedOperation, settle, VirtualClock } from '@spillway/core/testing'
import { config, firstValueFrom } from 'rxjs'
import { expect, test, vi } from 'vitest'
import { diagram, record } from './__fixtures__/marbles.ts'
import { execute$ } from './execute.ts'

test('execute$ runs nothing before it is subscribed to, and a call for each subscription', async () => {
  const clock = new VirtualClock()
  const operation = scriptedOperation([{ value: 'a', afterMs: 3 }])
  const answer$ = execute$(pipeline([], { clock }), operation)
  expect(operation.runs).toBe(0)
  const first = record(clock, answer$)
  const second = record(clock, answer$)
  await clock.advance(5)
  expect(operation.runs).toBe(2)
  expect(first).toEqual(diagram('---(a|)'))
  expect(second).toEqual(diagram('---(a|)'))
})

test('execute$ errors with what the operation threw last, itself', async () => {
  const clock = new VirtualClock()
  const last = new Error('still busy')
  const operation = scriptedOperation([{ error: new Error('busy') }, { error: last }])
  const calls = pipeline([retry({ maxAttempts: 2, jitter: 'none' })], { clock })
  const heard = record(clock, execute$(calls, operation))
  await clock.advance(1000)
  expect(heard).toEqual(diagram('500ms #', undefined, last))
  expect(heard[0]?.notification).toHaveProperty('error', last)
})

test('unsubscribing ends the call and reaches the signal of its operation', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  let signal: AbortSignal | undefined
  const heard = record(
    clock,
    execute$(calls, (context) => {
      signal = context.signal
      return new Promise(() => {})
    }),
  )
  await settle()
  heard.unsubscribe()
  expect(signal?.reason).toHaveProperty('name', 'AbortError')
  await settle()
  expect(calls.state().inFlight).toBe(0)
  expect(heard).toHaveLength(0)
})

test('unsubscribing ends a call that waits, for its turn or for its next attempt', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead({ maxConcurrency: 1 }), retry()], { clock })
  const operation = scriptedOperation([{ error: new Error('busy') }])
  const retrying = record(clock, execute$(calls, operation))
  const queued = record(clock, execute$(calls, operation))
  await settle()
  queued.unsubscribe()
  await settle()
  expect(calls.state().inFlight).toBe(1)
  retrying.unsubscribe()
  await clock.advance(60_000)
  expect(calls.state().inFlight).toBe(0)
  expect(operation.runs).toBe(1)
  expect(clock.pending).toBe(0)
})

test('after unsubscribing RxJS hears nothing more of the call', async () => {
  const stopped = vi.fn<() => void>()
  config.onStoppedNotification = stopped
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    const clock = new VirtualClock()
    record(clock, execute$(pipeline([], { clock }), scriptedOperation([{ hang: true }]))).unsubscribe()
    await settle()
    vi.runAllTimers()
    expect(stopped).not.toHaveBeenCalled()
  } finally {
    config.onStoppedNotification = null
    vi.useRealTimers()
  }
})

test('the own signal of the caller ends the call with its own reason, and keeps no listener', async () => {
  const clock = new VirtualClock()
  const caller = new AbortController()
  const calls = pipeline([], { clock })
  const hanging = record(clock, execute$(calls, scriptedOperation([{ hang: true }]), { signal: caller.signal }))
  await firstValueFrom(execute$(calls, async () => 1, { signal: caller.signal }))
  await settle()
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1)
  const reason = new Error('the client left')
  caller.abort(reason)
  await settle()
  expect(hanging[0]?.notification).toHaveProperty('error', reason)
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0)
  const late = record(clock, execute$(calls, scriptedOperation([{ value: 1 }]), { signal: caller.signal }))
  await settle()
  expect(late[0]?.notification).toHaveProperty('error', reason)
})

test('the own signal of the caller still ends an answer that is a stream while it is read', async () => {
  const caller = new AbortController()
  let context: CallContext | undefined
  const open = execute$(
    pipeline([], { clock: new VirtualClock() }),
    async (given) => {
      context = given
      return given.openBody()
    },
    { signal: caller.signal },
  )
  const body = await firstValueFrom(open)
  await settle()
  expect(context?.aborted).toBe(false)
  caller.abort('gone')
  expect(context?.reason).toBe('gone')
  body.end(success(undefined))
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0)
})

test('execute$ refuses an operation that is no function', () => {
  expect(() => execute$(pipeline([]), 'now' as never)).toThrow('execute$.operation must be a function')
})
