import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { bulkhead, constantBackoff, pipeline, retry, type Classifier, type Part, type Verdict } from '../../index.ts'
import { CountedClock } from '../../kernel/__fixtures__/counted-clock.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'

const classifier: Classifier = { error: (error) => error as Verdict }

const run = async (parts: readonly Part[], errors: readonly Verdict[]) => {
  const clock = new VirtualClock()
  const calls = pipeline(parts, { clock, classifier })
  const { events } = recordEvents(calls)
  const operation = scriptedOperation(errors.map((error) => ({ error })))
  const answer = calls.execute(operation).catch((error: unknown) => error)
  await clock.run()
  const waits = events.flatMap((event) => (event.type === 'retry.scheduled' ? [event.delayMs] : []))
  return { answer: await answer, operation, waits, events }
}

const refused: Verdict = { kind: 'transient', sent: false }
const broken: Verdict = { kind: 'transient', sent: true }

describe('what uses up an attempt', () => {
  test('is every run of the operation, also one that could not be sent: a server that is down ends the call', async () => {
    const { operation } = await run([retry({ maxAttempts: 3 })], [refused])
    expect(operation.runs).toBe(3)
  })

  test('is no refusal by Spillway itself: nobody was asked', async () => {
    const clock = new VirtualClock()
    const full = bulkhead({ maxConcurrency: 1, queueLimit: 0 })
    const calls = pipeline([retry({ maxAttempts: 2, shouldHandle: ({ ok }) => !ok, jitter: 'none' }), full], { clock })
    const holder = calls.execute(scriptedOperation([{ value: 'first', afterMs: 10_000 }]))
    const operation = scriptedOperation([{ error: new Error('busy') }, { value: 'second' }])
    const answer = calls.execute(operation)
    await clock.run()
    expect([await holder, await answer, operation.runs]).toEqual(['first', 'second', 2])
  })

  test('may be decided by a rule of the user', async () => {
    const parts = [retry({ maxAttempts: 3, countsAttempt: ({ verdict }) => verdict.sent !== false })]
    const { operation, answer } = await run(parts, [
      refused,
      broken,
      refused,
      refused,
      broken,
      refused,
      refused,
      broken,
    ])
    expect(operation.runs).toBe(8)
    expect(answer).toBe(broken)
  })

  test('is decided without a rule that throws, and that is reported', async () => {
    const countsAttempt = (): boolean => {
      throw new TypeError('broken rule')
    }
    const { operation, events } = await run([retry({ maxAttempts: 2, countsAttempt })], [broken])
    expect(operation.runs).toBe(2)
    expect(events.find(({ type }) => type === 'diagnostic.reported')).toMatchObject({ source: 'retry.countsAttempt' })
  })
})

test('a try that does not count never comes back without a wait, whatever the backoff says', async () => {
  let left = 50
  const parts = [retry({ maxAttempts: 2, backoff: constantBackoff(0), countsAttempt: () => left-- <= 0 })]
  const { waits } = await run(parts, [broken])
  expect(waits).toEqual([...Array.from({ length: 50 }, () => 100), 0])
})

describe('tries without a delay', () => {
  test('let timers and signals have their turn: a process with a limit ends', { timeout: 30_000 }, async () => {
    const script = fileURLToPath(new URL('__fixtures__/hasty.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 })
    expect(stdout.trim()).toBe('the caller left true')
  })

  test('take one timer for every 32', async () => {
    const clock = new CountedClock()
    const calls = pipeline([retry({ backoff: constantBackoff(0), maxAttempts: 101 })], { clock })
    const answer = calls.execute(() => Promise.reject(new Error('busy'))).catch(() => 'ended')
    await clock.run()
    expect(await answer).toBe('ended')
    expect([clock.made, clock.now()]).toEqual([3, 0])
  })
})
