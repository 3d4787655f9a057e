import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import {
  bulkhead,
  createContextKey,
  failover,
  InvalidOptionsError,
  isSpillwayError,
  openCall,
  pipeline,
  retry,
  timeout,
  TimeoutExceededError,
  withCallOptions,
  type CallContext,
} from '../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../testing.ts'

const ended = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => error,
  )

const tenant = createContextKey('tenant', 'nobody')
const user = createContextKey('user', 'nobody')

/** What a call finds in its context. */
const seen = async (context: CallContext): Promise<object> => ({
  tenant: context.get(tenant),
  user: context.get(user),
  priority: context.call.priority,
  leftMs: context.remainingMs(),
})

test('every pipeline that is called inside has them, however deep', async () => {
  const clock = new VirtualClock()
  const inner = pipeline([retry()], { clock })
  const outer = pipeline([bulkhead()], { clock })
  const answer = withCallOptions({ priority: 7, totalMs: 1000, values: [[tenant, 'acme']], clock }, async () => {
    await clock.advance(400)
    return outer.execute(() => inner.execute(seen))
  })
  await expect(answer).resolves.toEqual({ tenant: 'acme', user: 'nobody', priority: 7, leftMs: 600 })
  await expect(inner.execute(seen)).resolves.toMatchObject({ tenant: 'nobody', priority: 0, leftMs: Infinity })
})

test('what a call says for itself wins, and the nearest deadline holds', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const outer = { priority: 1, totalMs: 1000, values: [[tenant, 'acme'] as const, [user, 'ann'] as const], clock }
  await withCallOptions(outer, async () => {
    await expect(calls.execute(seen, { priority: 2, totalMs: 5000, values: [[tenant, 'bolt']] })).resolves.toEqual({
      tenant: 'bolt',
      user: 'ann',
      priority: 2,
      leftMs: 1000,
    })
    await expect(calls.execute(seen, { totalMs: 300 })).resolves.toMatchObject({ priority: 1, leftMs: 300 })
    const nested = withCallOptions({ totalMs: 2000, priority: 3, values: [[tenant, 'crux']], clock }, () =>
      calls.execute(seen),
    )
    await expect(nested).resolves.toEqual({ tenant: 'crux', user: 'ann', priority: 3, leftMs: 1000 })
  })
})

test.each(['outer', 'inner', 'own'] as const)('the %s signal ends the call, with its own reason', async (which) => {
  const signals = { outer: new AbortController(), inner: new AbortController(), own: new AbortController() }
  const operation = scriptedOperation([{ hang: true }])
  const calls = pipeline([])
  const call = withCallOptions({ signal: signals.outer.signal }, () =>
    withCallOptions({ signal: signals.inner.signal }, () => calls.execute(operation, { signal: signals.own.signal })),
  )
  const reason = new Error('enough')
  signals[which].abort(reason)
  expect(await ended(call)).toBe(reason)
  expect(operation.aborts).toEqual([reason])
})

test('a signal that has aborted already sends nothing', async () => {
  const operation = scriptedOperation([{ value: 1 }])
  const calls = pipeline([])
  const reason = new Error('gone')
  expect(await ended(withCallOptions({ signal: AbortSignal.abort(reason) }, () => calls.execute(operation)))).toBe(
    reason,
  )
  expect([operation.runs, calls.state().inFlight]).toEqual([0, 0])
})

test('a time limit ends the call, and the wait for its next attempt, with what the last one failed with', async () => {
  const clock = new VirtualClock()
  const busy = new Error('busy')
  const operation = scriptedOperation([{ error: busy }, { hang: true }])
  const calls = pipeline([retry({ jitter: 'none' })], { clock })
  const recording = recordEvents(calls)
  const call = ended(calls.execute(operation, { totalMs: 10_000 }))
  await clock.advance(9999)
  expect([operation.runs, operation.aborts.length]).toEqual([2, 0])
  await clock.advance(1)
  const error = await call
  expect(error).toBeInstanceOf(TimeoutExceededError)
  expect(error).toMatchObject({ phase: 'total', limitMs: 10_000, cause: busy })
  expect(recording.events).toContainEqual(
    expect.objectContaining({ type: 'timeout.exceeded', policy: 'execute', phase: 'total', limitMs: 10_000 }),
  )
  expect(clock.pending).toBe(0)
})

test('a limit that has passed sends nothing', async () => {
  const clock = new VirtualClock()
  const operation = scriptedOperation([{ value: 1 }])
  const calls = pipeline([], { clock })
  const call = withCallOptions({ totalMs: 50, clock }, async () => {
    await clock.advance(50)
    return ended(calls.execute(operation))
  })
  expect(await call).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED', phase: 'total', limitMs: 50 })
  expect(operation.runs).toBe(0)
})

test('the limit of a call leaves no timer behind, and a limit of the pipeline that is nearer holds', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout({ totalMs: 100 })], { clock })
  await calls.execute(async () => 1, { totalMs: 5000 })
  const call = ended(calls.execute(scriptedOperation([{ hang: true }]), { totalMs: 5000 }))
  await clock.advance(100)
  const error = await call
  expect(isSpillwayError(error) && error.message).toBe('The call took longer than 100 ms.')
  expect(clock.pending).toBe(0)
})

test('a call whose turn comes through the end of another one keeps the options of its own caller', async () => {
  const clock = new VirtualClock()
  const client = pipeline([])
  // The place is given on in the tick in which the first call ends, and the second goes on from there.
  const calls = pipeline([failover({ endpoints: [{ name: 'a' }] }), bulkhead({ maxConcurrency: 1 })], { clock })
  const names: string[] = []
  const operation = async (): Promise<void> => {
    names.push(await client.execute(async (context) => context.get(tenant)))
    await new Promise<void>((resolve) => clock.setTimer(100, resolve))
  }
  const of = (name: string): Promise<void> =>
    withCallOptions({ values: [[tenant, name]] }, () => calls.execute(operation))
  const all = Promise.all([of('first'), of('second'), calls.execute(operation), of('fourth')])
  await clock.run()
  await all
  expect(names).toEqual(['first', 'second', 'nobody', 'fourth'])
})

test('the executions of an open call have them as well', async () => {
  const clock = new VirtualClock()
  const calls = pipeline([], { clock })
  const { signal } = new AbortController()
  const within = openCall()
  await withCallOptions({ signal, totalMs: 1000, values: [[tenant, 'acme']], clock }, async () => {
    await expect(calls.execute(seen, { within })).resolves.toMatchObject({ tenant: 'acme', leftMs: 1000 })
    const second = ended(calls.execute(scriptedOperation([{ hang: true }]), { within }))
    await clock.advance(1000)
    expect(await second).toMatchObject({ phase: 'total' })
  })
  within.end()
  expect([calls.state().inFlight, clock.pending, getEventListeners(signal, 'abort').length]).toEqual([0, 0, 0])
})

test('a thousand calls inside one signal share one listener, and leave none', async () => {
  const { signal } = new AbortController()
  const listeners = (): number => getEventListeners(signal, 'abort').length
  const calls = pipeline([])
  const all = withCallOptions({ signal }, () =>
    Promise.all(Array.from({ length: 1000 }, () => calls.execute(async () => 1))),
  )
  expect(listeners()).toBe(1)
  await all
  expect(listeners()).toBe(0)
})

test.each([
  [{ singal: AbortSignal.abort() }, 'withCallOptions.singal'],
  [{ signal: {} }, 'withCallOptions.signal'],
  [{ totalMs: 0 }, 'withCallOptions.totalMs'],
  [{ priority: NaN }, 'withCallOptions.priority'],
  [{ values: {} }, 'withCallOptions.values'],
  [{ clock: {} }, 'withCallOptions.clock'],
])('a wrong option is said before anything runs: %o', (options, message) => {
  let ran = false
  const run = (): boolean => (ran = true)
  expect(() => withCallOptions(options as never, run)).toThrow(InvalidOptionsError)
  expect(() => withCallOptions(options as never, run)).toThrow(message)
  expect(ran).toBe(false)
})
