import { describe, expect, test } from 'vitest'
import { bulkhead, failure, pipeline, retry, success, timeout, type Body } from '../../index.ts'
import { recordEvents, scriptedOperation, settle, VirtualClock, type ScriptStep } from '../../testing.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'

const calling = () => {
  const clock = new VirtualClock()
  const calls = pipeline([bulkhead({ maxConcurrency: 5 }), timeout({ totalMs: 1000 })], { clock })
  const recording = recordEvents(calls)
  return { clock, calls, recording, orphans: () => calls.state().orphans }
}

/** Does not hear its signal. */
const deaf: ScriptStep<string> = { value: 'too late', afterMs: 5000, deaf: true }

describe('an operation that goes on although nobody waits for it', () => {
  test('is counted until it has really ended, and is told of once; its late answer reaches nobody', async () => {
    const { clock, calls, recording, orphans } = calling()
    const answer = ended(calls.execute(scriptedOperation([deaf])))
    await clock.advance(999)
    expect(orphans()).toBe(0)
    await clock.advance(1)
    expect(orphans()).toBe(1)
    expect(calls.state()).toMatchObject({ inFlight: 0, policies: [{ state: { running: 1 } }, {}] })
    await clock.advance(4000)
    expect([orphans(), calls.state().policies[0]?.state]).toMatchObject([0, { running: 0 }])
    expect(await answer).toMatchObject({ phase: 'total' })
    expect(recording.timeline('attempt.orphaned', 'attempt.completed', 'call.completed')).toEqual([
      '1000 attempt.completed',
      '1000 call.completed',
      '1100 attempt.orphaned',
    ])
  })

  test('that fails late hurts nobody', async () => {
    const { clock, calls, orphans } = calling()
    const answer = ended(calls.execute(scriptedOperation([{ error: new Error('late'), afterMs: 5000, deaf: true }])))
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'total' })
    expect(orphans()).toBe(0)
  })

  test('is counted also when nobody listens, and when its caller left', async () => {
    const clock = new VirtualClock()
    const calls = pipeline([retry()], { clock })
    const caller = new AbortController()
    const answer = ended(calls.execute(scriptedOperation([deaf]), { signal: caller.signal }))
    await settle()
    caller.abort('gone')
    expect(await answer).toBe('gone')
    expect(calls.state().orphans).toBe(1)
    await clock.run()
    expect(calls.state().orphans).toBe(0)
  })

  test('is counted for each attempt of a call', async () => {
    const clock = new VirtualClock()
    const parts = [retry({ maxAttempts: 3, jitter: 'none' }), timeout({ attemptMs: 1000 })]
    const calls = pipeline(parts, { clock })
    const answer = ended(calls.execute(scriptedOperation([deaf])))
    await clock.advance(4500)
    expect(calls.state().orphans).toBe(3)
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'attempt' })
    expect(calls.state().orphans).toBe(0)
  })

  test('is counted after other parts have taken over', async () => {
    const { clock, calls, orphans } = calling()
    const answer = ended(calls.execute(scriptedOperation([deaf])))
    await clock.advance(1000)
    await answer
    calls.reload([timeout({ totalMs: 2000 })])
    expect(orphans()).toBe(1)
    await clock.run()
    expect(orphans()).toBe(0)
  })

  test('may be a stream that is not closed', async () => {
    const { clock, calls, orphans } = calling()
    let body: Body | undefined
    await calls.execute(async (context) => {
      body = context.openBody()
      return 'stream'
    })
    await clock.advance(1000)
    expect(orphans()).toBe(1)
    body?.end(failure(new Error('closed at last'), { kind: 'transient' }))
    expect(orphans()).toBe(0)
  })
})

test('what follows its signal, ends in time or streams to its end is no orphan', async () => {
  const { clock, calls, recording, orphans } = calling()
  const hanging = ended(calls.execute(scriptedOperation([{ hang: true }])))
  const quick = calls.execute(scriptedOperation([{ value: 'quick', afterMs: 10 }]))
  const streaming = calls.execute(async (context) => {
    const body = context.openBody()
    void context.sleep(500).then(() => body.end(success(undefined)))
    return 'stream'
  })
  await clock.run()
  expect(await Promise.all([hanging, quick, streaming])).toMatchObject([{ phase: 'total' }, 'quick', 'stream'])
  expect(orphans()).toBe(0)
  expect(recording.timeline('attempt.orphaned')).toEqual([])
})
