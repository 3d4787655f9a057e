import { fc, test } from '@fast-check/vitest'
import { isBulkheadRejectedError } from 'cockatiel'
import { describe, expect } from 'vitest'
import { bulkhead, pipeline, retry, success, timeout, type BulkheadOptions, type Operation } from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock } from '../../testing.ts'
import { setup } from './__fixtures__/bulkhead.ts'
import { caught } from '../../kernel/__fixtures__/ended.ts'

describe('bulkhead', () => {
  test('runs so many at once and the others when a place becomes free', async () => {
    const { clock, calls, state } = setup({ maxConcurrency: 2 })
    const operation = scriptedOperation([{ value: 'done', afterMs: 100 }])
    const all = Promise.all(Array.from({ length: 5 }, () => calls.execute(operation)))
    await settle()
    expect(state()).toEqual({ running: 2, waiting: 3, maxConcurrency: 2 })
    await clock.advance(300)
    expect(await all).toHaveLength(5)
    expect(operation.started.map(({ at }) => at)).toEqual([0, 0, 100, 100, 200])
    expect(state()).toEqual({ running: 0, waiting: 0, maxConcurrency: 2 })
  })

  test('admits in the tick of the call where there is a place', () => {
    const { calls } = setup({ maxConcurrency: 1 })
    const operation = scriptedOperation([{ value: 1 }])
    void calls.execute(operation)
    expect(operation.runs).toBe(1)
  })

  test('an operation that outlives its caller keeps its place until it has really ended', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([bulkhead({ maxConcurrency: 1 }), timeout({ attemptMs: 100 })], { clock })
    const deaf = scriptedOperation([{ value: 1, afterMs: 1000, deaf: true }])
    const next = scriptedOperation([{ value: 2 }])
    const first = calls.execute(deaf).catch(caught)
    const second = calls.execute(next)
    await clock.advance(999)
    expect(await first).toMatchObject({ code: 'ERR_SPILLWAY_TIMEOUT_EXCEEDED' })
    expect(next.runs).toBe(0)
    await clock.advance(1)
    expect(await second).toBe(2)
  })

  test('keeps the place over all attempts of a call', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([bulkhead({ maxConcurrency: 1 }), retry({ jitter: 'none' })], { clock })
    const flaky = scriptedOperation([{ error: new Error('busy') }, { value: 'late' }])
    const next = scriptedOperation([{ value: 'next' }])
    void calls.execute(flaky)
    void calls.execute(next)
    await clock.advance(499)
    expect(next.runs).toBe(0)
    await clock.advance(1)
    expect([flaky.runs, next.runs]).toEqual([2, 1])
  })

  test('keeps the place of a stream until it has been read', async () => {
    const { calls, state } = setup({ maxConcurrency: 1 })
    let end = (): void => {}
    const streaming: Operation<string> = async (context) => {
      const body = context.openBody()
      end = () => body.end(success(undefined))
      return 'stream'
    }
    expect(await calls.execute(streaming)).toBe('stream')
    expect(state()).toMatchObject({ running: 1 })
    end()
    expect(state()).toMatchObject({ running: 0 })
  })

  // trap: abort-frees-the-seat
  test('who aborts frees the seat in the same tick and never runs', async () => {
    const { clock, calls, state } = setup({ maxConcurrency: 1, queueLimit: 1 })
    const recording = recordEvents(calls)
    void calls.execute(scriptedOperation([{ value: 1, afterMs: 100 }]))
    const caller = new AbortController()
    const gone = new Error('gone')
    const left = scriptedOperation([{ value: 2 }])
    const leaving = calls.execute(left, { signal: caller.signal }).catch(caught)
    caller.abort(gone)
    expect(state()).toMatchObject({ running: 1, waiting: 0 })
    const taken = calls.execute(scriptedOperation([{ value: 3 }]))
    await clock.advance(100)
    expect([await leaving, await taken, left.runs]).toEqual([gone, 3, 0])
    // Who leaves was not refused.
    expect(recording.timeline('bulkhead.rejected')).toEqual([])
  })

  test('a call that is ended in the tick in which its turn comes gives the place on', async () => {
    const { clock, calls, state } = setup({ maxConcurrency: 1 })
    const caller = new AbortController()
    const ended = scriptedOperation([{ value: 2 }])
    // Its own end aborts the next in line, after that one was let in and before it runs.
    const first = calls.execute(async (context) => {
      await context.sleep(10)
      queueMicrotask(() => caller.abort('gone'))
      return 1
    })
    const second = calls.execute(ended, { signal: caller.signal }).catch(caught)
    const third = calls.execute(scriptedOperation([{ value: 3 }]))
    await clock.advance(10)
    expect([await first, await second, await third]).toEqual([1, 'gone', 3])
    expect(state()).toMatchObject({ running: 0, waiting: 0 })
  })

  test('a thousand callers that gave up leave nothing behind', async () => {
    const { clock, calls, state } = setup({ maxConcurrency: 1, maxWaitMs: 60_000 })
    const hanging = new AbortController()
    const all = Array.from({ length: 1001 }, () =>
      calls.execute(scriptedOperation([{ hang: true }]), { signal: hanging.signal }).catch(caught),
    )
    hanging.abort('gone')
    await Promise.all(all)
    expect([state(), clock.pending]).toEqual([{ running: 0, waiting: 0, maxConcurrency: 1 }, 0])
  })

  test('refuses at once when the queue is full, and says what to do', async () => {
    const { calls } = setup({ maxConcurrency: 1, queueLimit: 1 })
    const recording = recordEvents(calls)
    const hang = scriptedOperation([{ hang: true }])
    void calls.execute(hang)
    void calls.execute(hang)
    const error = await calls.execute(hang).catch(caught)
    expect(error).toMatchObject({
      name: 'BulkheadFullError',
      code: 'ERR_SPILLWAY_BULKHEAD_FULL',
      reason: 'queue_full',
      verdict: { kind: 'rejected', sent: false, billed: 'no' },
      message:
        'bulkhead: all 1 places and 1 seats in the queue are taken. Send less at once, or raise maxConcurrency or queueLimit.',
    })
    expect(isBulkheadRejectedError(error)).toBe(true)
    expect(recording.timeline('bulkhead.rejected')).toEqual(['0 bulkhead.rejected'])
    expect(hang.runs).toBe(1)
  })

  test('refuses after the longest wait', async () => {
    const { clock, calls, state } = setup({ maxConcurrency: 1, maxWaitMs: 250 })
    void calls.execute(scriptedOperation([{ hang: true }]))
    const waited = calls.execute(scriptedOperation([{ value: 2 }])).catch(caught)
    await clock.advance(250)
    expect(await waited).toMatchObject({ reason: 'waited_too_long' })
    expect([state(), clock.pending]).toEqual([{ running: 1, waiting: 0, maxConcurrency: 1 }, 0])
  })

  test("the call's own deadline ends its wait", async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ totalMs: 100 }), bulkhead({ maxConcurrency: 1 })], { clock })
    void calls.execute(scriptedOperation([{ hang: true, deaf: true }])).catch(caught)
    const waited = calls.execute(scriptedOperation([{ value: 2 }])).catch(caught)
    await clock.advance(100)
    expect(await waited).toMatchObject({ name: 'TimeoutExceededError', phase: 'total' })
  })

  // trap: events-in-pairs
  test('says when a call waits and when its turn comes, once each', async () => {
    const { clock, calls } = setup({ maxConcurrency: 1 })
    const recording = recordEvents(calls)
    void calls.execute(scriptedOperation([{ value: 1, afterMs: 70 }]))
    void calls.execute(scriptedOperation([{ value: 2 }]))
    await clock.advance(100)
    const queue = recording.events.filter(({ type }) => type === 'call.queued' || type === 'call.dequeued')
    expect(queue).toMatchObject([
      { type: 'call.queued', at: 0, callId: 2, policy: 'bulkhead', waiting: 1 },
      { type: 'call.dequeued', at: 70, callId: 2, policy: 'bulkhead', waitedMs: 70 },
    ])
  })

  test('disposing refuses those who wait and lets those at work end', async () => {
    const { clock, calls } = setup({ maxConcurrency: 1, maxWaitMs: 5000 })
    const running = calls.execute(scriptedOperation([{ value: 'done', afterMs: 10 }]))
    const waiting = calls.execute(scriptedOperation([{ value: 2 }])).catch(caught)
    calls.dispose()
    expect(await waiting).toMatchObject({ name: 'BulkheadFullError', reason: 'disposed' })
    await clock.advance(10)
    expect([await running, clock.pending]).toEqual(['done', 0])
  })

  test('says what it is', () => {
    const { kind, options } = bulkhead({ name: 'images', maxConcurrency: 3 })
    expect([kind, options]).toMatchObject(['bulkhead', { name: 'images', maxConcurrency: 3, order: 'deadline' }])
  })

  test.each([
    [{ maxConcurrency: 0 }, 'bulkhead.maxConcurrency must be an integer of at least 1, got 0.'],
    [{ maxConcurrency: Infinity }, 'bulkhead.maxConcurrency must be an integer of at least 1, got Infinity.'],
    [{ queueLimit: -1 }, 'bulkhead.queueLimit must be an integer of at least 0 or Infinity, got -1.'],
    [{ maxWaitMs: Number.NaN }, 'bulkhead.maxWaitMs must be a number of at least 0 or Infinity, got NaN.'],
    [{ order: 'lifo' }, "bulkhead.order must be one of fifo, priority, deadline, got 'lifo'."],
    [{ limit: 3 }, /^bulkhead\.limit must be one of name, maxConcurrency/],
  ])('refuses %o before any work', (options, message) => {
    expect(() => bulkhead(options as BulkheadOptions)).toThrow(message)
  })

  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ takesMs: fc.nat(40), fails: fc.boolean(), deaf: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ abort: fc.nat(40) }) },
    { weight: 2, arbitrary: fc.record({ advance: fc.nat(25) }) },
    // Some microtasks pass, and no timer fires.
    { weight: 2, arbitrary: fc.record({ turns: fc.nat(6) }) },
  )

  // trap: accepted-means-served
  test.prop([fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 3 })])(
    'whoever is accepted runs, aborts or times out, whatever happens in between, and no place is lost',
    async (steps, maxConcurrency) => {
      const { clock, calls, state } = setup({ maxConcurrency, maxWaitMs: 60 })
      const callers: AbortController[] = []
      const ends: Promise<unknown>[] = []
      let running = 0
      let most = 0
      for (const each of steps) {
        if ('takesMs' in each) {
          const caller = new AbortController()
          callers.push(caller)
          const operation: Operation<string> = async (context) => {
            most = Math.max(most, ++running)
            const signal = each.deaf ? undefined : context.signal
            await new Promise<void>((resolve) => {
              const timer = clock.setTimer(each.takesMs, resolve)
              signal?.addEventListener('abort', () => (timer.cancel(), resolve()))
            })
            running--
            if (each.fails) throw new Error('failed')
            return 'done'
          }
          ends.push(calls.execute(operation, { signal: caller.signal }).catch(caught))
        } else if ('abort' in each) callers[each.abort]?.abort('gone')
        else if ('advance' in each) await clock.advance(each.advance)
        else for (let i = 0; i < each.turns; i++) await Promise.resolve()
      }
      await clock.run()
      for (const end of await Promise.all(ends))
        expect(end === 'done' || end === 'gone' || end instanceof Error).toBe(true)
      expect(most).toBeLessThanOrEqual(maxConcurrency)
      expect(state()).toEqual({ running: 0, waiting: 0, maxConcurrency })
      expect([clock.pending, calls.state().inFlight]).toEqual([0, 0])
    },
  )
})
