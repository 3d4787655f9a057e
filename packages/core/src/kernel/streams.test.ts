import { describe, expect, test } from 'vitest'
import { bulkhead, fallback, failure, pipeline, retry, success, timeout } from '../index.ts'
import type { Body, CallContext, Gate, Pipeline, Policy } from '../index.ts'
import { recordEvents, settle, VirtualClock } from '../testing.ts'

const CANCELED = { kind: 'canceled' } as const
const TRANSIENT = { kind: 'transient' } as const

const spyGate = (log: string[]): Gate => ({
  name: 'spy',
  enter: () => undefined,
  leave(_, outcome) {
    log.push(`leave ${outcome.verdict.kind}`)
  },
  release() {
    log.push('release')
  },
})

/** Starts a call whose result is a stream that the test ends by hand. */
const open = async (
  calls: Pipeline<unknown>,
  options: { signal?: AbortSignal } = {},
): Promise<{ body: Body; context: CallContext; aborts: unknown[] }> => {
  const started = Promise.withResolvers<{ body: Body; context: CallContext }>()
  const aborts: unknown[] = []
  const answer = calls.execute(async (context) => {
    const body = context.openBody()
    context.onAbort((reason) => aborts.push(reason))
    started.resolve({ body, context })
    return 'stream'
  }, options)
  expect(await answer).toBe('stream')
  return { ...(await started.promise), aborts }
}

describe('an attempt whose result is a stream', () => {
  test('keeps its places, its verdict and the end of the call until the stream ended', async () => {
    const log: string[] = []
    const calls = pipeline([spyGate(log), retry(), bulkhead({ maxConcurrency: 1 })])
    const recording = recordEvents(calls)
    const { body } = await open(calls)
    expect(log).toEqual([])
    expect(calls.state()).toMatchObject({ inFlight: 1, policies: [{}, {}, { state: { running: 1 } }] })
    body.end(success(undefined))
    body.end(failure(new Error('twice'), TRANSIENT))
    expect(body.outcome?.verdict.kind).toBe('success')
    expect(log).toEqual(['leave success', 'release'])
    expect(calls.state()).toMatchObject({ inFlight: 0, policies: [{}, {}, { state: { running: 0 } }] })
    expect(recording.events.map(({ type }) => type)).toEqual([
      'call.started',
      'attempt.started',
      'attempt.committed',
      'attempt.completed',
      'call.completed',
    ])
  })

  // trap: no-replay-after-content
  test('is not repeated and not replaced after its first content, also when it breaks', async () => {
    const clock = new VirtualClock()
    const log: string[] = []
    const calls = pipeline([fallback({ steps: [() => 'other'] }), retry(), spyGate(log)], { clock })
    const recording = recordEvents(calls)
    const { body } = await open(calls)
    body.end(failure(new Error('cut'), TRANSIENT))
    await clock.run()
    expect(log).toEqual(['leave transient', 'release'])
    expect(recording.events.at(-1)).toMatchObject({ type: 'call.completed', verdict: TRANSIENT, attempts: 1 })
    expect(clock.pending).toBe(0)
  })

  test('is not repeated although a rule of the user asks for it', async () => {
    const calls = pipeline([
      fallback({ steps: [() => 'other'], shouldHandle: () => true }),
      retry({ shouldHandle: () => true }),
    ])
    const { body, context } = await open(calls)
    body.end(success(undefined))
    expect(context.attempt).toBe(1)
  })

  test('is not judged by its value: a stream says how it was when it ends', async () => {
    const verdicts: string[] = []
    const listener: Policy = {
      name: 'listener',
      execute: (next, context) =>
        next(context).then((outcome) => {
          verdicts.push(outcome.verdict.kind)
          return outcome
        }),
    }
    const calls = pipeline([listener], { classifier: { error: () => undefined, value: () => ({ kind: 'empty' }) } })
    const { body } = await open(calls)
    body.end(success(undefined))
    expect(verdicts).toEqual(['success'])
  })

  test('has failed when its stream broke before anybody saw any of it', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([retry({ jitter: 'none' })], { clock })
    const answer = calls.execute(async (context) => {
      if (context.attempt === 2) return 'second'
      context.openBody().end(failure(new Error('cut'), TRANSIENT))
      return 'first'
    })
    await clock.run()
    expect(await answer).toBe('second')
  })

  test('that has been read completely before it is handed over is like any other', async () => {
    const log: string[] = []
    const calls = pipeline([spyGate(log)])
    const answer = calls.execute(async (context) => {
      context.openBody().end(success(undefined))
      return 'all'
    })
    expect(await answer).toBe('all')
    expect(log).toEqual(['leave success', 'release'])
    expect(calls.state().inFlight).toBe(0)
  })

  test('can still be ended by the caller, whose reason reaches the stream by identity', async () => {
    const log: string[] = []
    const caller = new AbortController()
    const calls = pipeline([spyGate(log), retry(), timeout({ totalMs: 60_000 })], { clock: new VirtualClock() })
    const { body, context, aborts } = await open(calls, { signal: caller.signal })
    const reason = new Error('the reader left')
    caller.abort(reason)
    expect(aborts).toEqual([reason])
    expect(context.signal.reason).toBe(reason)
    expect(log).toEqual(['leave canceled'])
    expect(calls.state().inFlight).toBe(1)
    body.end(failure(reason, CANCELED))
    expect(log).toEqual(['leave canceled', 'release'])
    expect(calls.state().inFlight).toBe(0)
  })

  test('leaves its caller alone when it ended before the caller aborts', async () => {
    const log: string[] = []
    const caller = new AbortController()
    const calls = pipeline([spyGate(log)])
    const { body, aborts } = await open(calls, { signal: caller.signal })
    body.end(success(undefined))
    caller.abort('late')
    expect(aborts).toEqual([])
    expect(log).toEqual(['leave success', 'release'])
  })

  test('that comes too late keeps its place until it ended', async () => {
    const clock = new VirtualClock()
    const gate = bulkhead({ maxConcurrency: 1 })
    const calls = pipeline([gate, timeout({ attemptMs: 100 })], { clock })
    let body: Body | undefined
    const answer = calls
      .execute(async (context) => {
        body = context.openBody()
        await new Promise<void>((resolve) => clock.setTimer(500, resolve))
        return 'late stream'
      })
      .catch((error: unknown) => error)
    await clock.advance(600)
    expect(await answer).toMatchObject({ phase: 'attempt' })
    expect(gate.snapshot?.()).toMatchObject({ running: 1 })
    body?.end(failure(new Error('closed'), CANCELED))
    expect(gate.snapshot?.()).toMatchObject({ running: 0 })
  })

  test('gives its place back when a listener aborts the call at the moment of the commit', async () => {
    const caller = new AbortController()
    const gate = bulkhead({ maxConcurrency: 1 })
    const calls = pipeline([gate])
    calls.events.subscribe(({ type }) => {
      if (type === 'attempt.committed') caller.abort('enough')
    })
    const { body, aborts } = await open(calls, { signal: caller.signal })
    expect(aborts).toEqual(['enough'])
    body.end(failure('enough', CANCELED))
    await settle()
    expect(gate.snapshot?.()).toMatchObject({ running: 0 })
    expect(calls.state().inFlight).toBe(0)
  })
})
