import { describe, expect, test } from 'vitest'
import {
  bulkhead,
  failover,
  hedge,
  pipeline,
  retry,
  timeout,
  type Classifier,
  type Part,
  type Verdict,
} from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock, type ScriptStep } from '../../testing.ts'

const classifier: Classifier = { error: (error) => (error instanceof Error ? undefined : (error as Verdict)) }
const endpoints = [{ name: 'official' }, { name: 'relay' }]

const retrying = [retry({ jitter: 'none' })]

const run = async (steps: readonly ScriptStep<unknown>[], parts: readonly Part[] = retrying, repeatable = false) => {
  const clock = new VirtualClock()
  const calls = pipeline(parts, { clock, classifier })
  const { events } = recordEvents(calls)
  const operation = scriptedOperation(steps)
  const answer = calls.execute(operation, { repeatable }).catch((error: unknown) => error)
  await clock.run()
  const exhausted = events.find(({ type }) => type === 'retry.exhausted')
  return { answer: await answer, runs: operation.runs, exhausted }
}

describe('an operation that must not run twice', () => {
  // trap: not-repeatable
  test.each<[string, Verdict]>([
    ['a connection that broke', { kind: 'transient', sent: true, billed: 'unknown' }],
    ['a refusal of which nobody knows whether it is billed', { kind: 'overloaded', sent: true, billed: 'unknown' }],
    ['a failure of which nothing is known', { kind: 'transient' }],
    ['a 503 of which nothing is known', { kind: 'overloaded' }],
    ['an answer that is billed', { kind: 'transient', sent: true, billed: 'yes' }],
  ])('is not sent again after %s', async (_, verdict) => {
    const { answer, runs, exhausted } = await run([{ error: verdict }, { value: 'twice' }])
    expect(answer).toBe(verdict)
    expect(runs).toBe(1)
    expect(exhausted).toMatchObject({ reason: 'not_repeatable', verdict: verdict.kind })
  })

  test.each<[string, Verdict]>([
    ['what was not sent', { kind: 'transient', sent: false }],
    ['a refusal by the provider', { kind: 'overloaded', sent: true, billed: 'no' }],
    ['a 429', { kind: 'throttled', sent: true, billed: 'no' }],
    ['an answer without the result', { kind: 'empty', sent: true, billed: 'unknown' }],
  ])('is tried again after %s', async (_, verdict) => {
    const { answer, runs } = await run([{ error: verdict }, { error: verdict }, { value: 'once' }])
    expect([answer, runs]).toEqual(['once', 3])
  })

  // trap: not-repeatable
  test('is not sent again after a time limit of ours: the provider may be at work', async () => {
    const parts = [retry({ jitter: 'none' }), timeout({ attemptMs: 1000 })]
    const { answer, runs } = await run([{ hang: true }, { value: 'twice' }], parts)
    expect(answer).toMatchObject({ phase: 'attempt' })
    expect(runs).toBe(1)
  })

  test('is not brought back by a rule of the user', async () => {
    const parts = [retry({ jitter: 'none', shouldHandle: () => true, maxAttempts: 3 })]
    expect((await run([{ error: { kind: 'request_failed' } }], parts)).runs).toBe(1)
  })

  // trap: not-repeatable
  test('is not sent to another endpoint either, unless the first did not do it', async () => {
    const parts = () => [failover({ endpoints })]
    expect((await run([{ error: { kind: 'transient' } }, { value: 'twice' }], parts())).runs).toBe(1)
    const refused = { kind: 'overloaded', billed: 'no' }
    expect((await run([{ error: refused }, { value: 'once' }], parts())).answer).toBe('once')
  })

  test('is not hedged: the first may be at work', async () => {
    const parts = [timeout({ totalMs: 60_000 }), hedge({ delayMs: 100 })]
    expect((await run([{ hang: true }, { value: 'twice' }], parts)).runs).toBe(1)
    expect((await run([{ hang: true }, { value: 'hedged' }], parts, true)).answer).toBe('hedged')
  })

  test('has run no time while it waits for its place, so that a passed limit is tried again', async () => {
    const clock = new VirtualClock()
    const one = bulkhead({ maxConcurrency: 1 })
    const calls = pipeline([retry({ jitter: 'none' }), timeout({ attemptMs: 1000 }), one], { clock, classifier })
    const before = pipeline([one], { clock }).execute(scriptedOperation([{ value: 'first', afterMs: 5000 }]))
    const answer = calls.execute(scriptedOperation([{ value: 'once' }]), { repeatable: false })
    await clock.run()
    expect([await before, await answer]).toEqual(['first', 'once'])
  })
})

test('everything else is tried again: calls are repeatable unless they say otherwise', async () => {
  const { runs } = await run([{ error: { kind: 'transient' } }, { value: 'done' }], undefined, true)
  expect(runs).toBe(2)
})

test('repeatable is true or false', async () => {
  const answer = pipeline([]).execute(async () => 1, { repeatable: 'no' as never })
  await expect(answer).rejects.toThrow('execute.repeatable must be true or false')
})
