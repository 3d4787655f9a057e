import { describe, expect, test } from 'vitest'
import { pipeline, retry, timeout, type RetryOptions } from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { recordEvents, scriptedOperation, VirtualClock, type ScriptStep } from '../../testing.ts'
import { busy, classifier, run } from './__fixtures__/retrying.ts'

describe('the time left', () => {
  const answering: readonly ScriptStep<unknown>[] = [{ value: 'done', afterMs: 40_000 }]

  test('an attempt that could not answer before the deadline, by the median of recent answers, is not sent', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ totalMs: 60_000 }), retry({ jitter: 'none' })], { clock, classifier })
    for (let i = 0; i < 3; i++) {
      const answer = calls.execute(scriptedOperation(answering))
      await clock.run()
      await answer
    }
    expect(calls.state().policies[1]?.state).toEqual({ answerMs: 40_000 })
    const { events } = recordEvents(calls)
    const late = scriptedOperation([{ error: busy, afterMs: 20_000 }, ...answering])
    const refused = ended(calls.execute(late))
    await clock.run()
    expect(await refused).toBe(busy)
    expect(late.runs).toBe(1)
    expect(events.find(({ type }) => type === 'retry.exhausted')).toMatchObject({ reason: 'deadline' })
    const early = scriptedOperation([{ error: busy, afterMs: 19_000 }, ...answering])
    const answered = ended(calls.execute(early))
    await clock.run()
    expect(await answered).toBe('done')
  })

  // trap: hint-not-undercut
  test('a wait that reaches the deadline is not begun', async () => {
    const { answer, at, exhausted } = await run({}, [{ error: { kind: 'throttled', retryAfterMs: 60_000 } }], 60_000)
    expect(answer).toMatchObject({ retryAfterMs: 60_000 })
    expect(at).toBe(0)
    expect(exhausted).toMatchObject({ reason: 'deadline', retryAfterMs: 60_000 })
  })

  test('an answer that nobody could use says nothing about it, nor does one that took no time', async () => {
    const answerMs = async (options: RetryOptions, steps: readonly ScriptStep<unknown>[]): Promise<unknown> =>
      (await run(options, steps)).state
    const refused = { error: { kind: 'request_failed' }, afterMs: 300 }
    expect(await answerMs({}, [refused])).toEqual({ answerMs: undefined })
    expect(await answerMs({}, [{ value: 'from a cache' }])).toEqual({ answerMs: undefined })
    const unloved = [{ value: 'unloved', afterMs: 500 }, refused]
    expect(await answerMs({ shouldHandle: ({ ok }) => ok }, unloved)).toEqual({ answerMs: undefined })
  })
})
