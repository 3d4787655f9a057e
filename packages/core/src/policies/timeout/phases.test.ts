import { describe, expect, test } from 'vitest'
import { constantBackoff, failure, pipeline, retry, success, timeout } from '../../index.ts'
import type { Body, CallContext, Part, TimeLimit } from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { recordEvents, VirtualClock } from '../../testing.ts'

type Step =
  /** Nothing happens for so many milliseconds. */
  number | 'headers' | 'content' | 'heartbeat' | 'paused' | 'resumed' | 'end'

/**
 * A provider that streams by a script. The operation answers at its first content; what the signal ends, it closes, as
 * an adapter does.
 */
const streaming =
  (steps: readonly Step[]) =>
  (context: CallContext): Promise<string> => {
    const body = context.openBody()
    context.onAbort((reason) => body.end(failure(reason, { kind: 'transient' })))
    return new Promise((resolve, reject) => {
      context.onAbort(reject)
      const play = async (): Promise<void> => {
        for (const step of steps) {
          if (typeof step === 'number') {
            if (!(await context.sleep(step))) return
          } else if (step === 'end') body.end(success(undefined))
          else if (step !== 'heartbeat') context.progress(step)
          if (step === 'content') resolve('stream')
        }
      }
      void play()
    })
  }

const play = async (parts: readonly Part[], steps: readonly Step[]) => {
  const clock = new VirtualClock()
  const calls = pipeline(parts, { clock })
  const recording = recordEvents(calls)
  const answer = ended(calls.execute(streaming(steps)))
  await clock.run()
  expect(clock.pending).toBe(0)
  expect(calls.state().inFlight).toBe(0)
  expect(recording.timeline('diagnostic.reported')).toEqual([])
  return {
    answer: await answer,
    timeline: recording.timeline('attempt.committed', 'timeout.exceeded', 'call.completed'),
    events: recording.events,
  }
}

describe('the time to the first content', () => {
  // trap: limits-after-headers
  test('ends what gives headers and then nothing, or only heartbeats', async () => {
    for (const steps of [
      ['headers', 10_000, 'content'],
      ['headers', 400, 'heartbeat', 400, 'heartbeat', 400, 'heartbeat', 9000, 'content'],
      ['headers', 'paused', 400, 'resumed', 9000, 'content'],
    ] as const) {
      const { answer, timeline } = await play([timeout({ firstByteMs: 1000 })], steps)
      expect(answer).toMatchObject({ phase: 'first_byte', message: 'No content came within 1000 ms.' })
      expect(timeline).toEqual(['1000 timeout.exceeded', '1000 call.completed'])
    }
  })

  // trap: stream-outlives-call
  test('does not bound what comes after it', async () => {
    const { answer, timeline } = await play(
      [timeout({ firstByteMs: 1000 })],
      [900, 'content', 'paused', 10_000, 'resumed', 40_000, 'content', 'end'],
    )
    expect(answer).toBe('stream')
    expect(timeline).toEqual(['900 attempt.committed', '50900 call.completed'])
  })

  test('is retried without the caller seeing anything', async () => {
    const { answer, timeline } = await play(
      [retry({ maxAttempts: 2, jitter: 'none' }), timeout({ firstByteMs: 1000 })],
      [5000],
    )
    expect(answer).toMatchObject({ phase: 'first_byte' })
    expect(timeline).toEqual(['1000 timeout.exceeded', '2500 timeout.exceeded', '2500 call.completed'])
  })
})

describe.each<[string, TimeLimit]>([
  ['fixed', 1000],
  ['computed', () => 1000],
])('the silence inside a stream, %s', (_, idleMs) => {
  const idle = [timeout({ idleMs })]

  test('ends it once content flows; heartbeats are silence', async () => {
    const { answer, timeline, events } = await play(idle, [
      'content',
      900,
      'content',
      500,
      'heartbeat',
      500,
      'heartbeat',
      9000,
      'content',
      'end',
    ])
    expect(answer).toBe('stream')
    expect(timeline).toEqual(['0 attempt.committed', '1900 timeout.exceeded', '1900 call.completed'])
    expect(events.find(({ type }) => type === 'timeout.exceeded')).toMatchObject({ phase: 'idle', limitMs: 1000 })
    expect(events.find(({ type }) => type === 'attempt.completed')).toMatchObject({ verdict: { kind: 'transient' } })
  })

  test('before the first content is not its business', async () => {
    const { timeline } = await play(idle, ['headers', 'resumed', 50_000, 'content', 1, 'end'])
    expect(timeline).toEqual(['50000 attempt.committed', '50001 call.completed'])
  })

  test('a slow drip of content is no silence', async () => {
    const { timeline } = await play(idle, ['content', 900, 'content', 900, 'content', 900, 'content', 'end'])
    expect(timeline).toEqual(['0 attempt.committed', '2700 call.completed'])
  })

  test('a busy reader is not blamed on the provider; the clock starts anew when it asks again', async () => {
    const patient = await play(idle, ['content', 'paused', 60_000, 'resumed', 900, 'content', 'end'])
    expect(patient.timeline).toEqual(['0 attempt.committed', '60900 call.completed'])
    const silent = await play(idle, ['content', 'paused', 60_000, 'resumed', 5000, 'content', 'end'])
    expect(silent.timeline).toEqual(['0 attempt.committed', '61000 timeout.exceeded', '61000 call.completed'])
  })
})

describe('limits of the whole', () => {
  // trap: limits-after-headers
  test('an attempt limit includes the body', async () => {
    const { answer, timeline } = await play(
      [timeout({ attemptMs: 1000 })],
      ['content', 600, 'content', 600, 'content', 'end'],
    )
    expect(answer).toBe('stream')
    expect(timeline).toEqual(['0 attempt.committed', '1000 timeout.exceeded', '1000 call.completed'])
  })

  test('all limits in one policy outside of retry hold as well', async () => {
    const all = (): Part[] => [timeout({ totalMs: 60_000, firstByteMs: 2000, idleMs: 1000 }), retry({ maxAttempts: 1 })]
    expect((await play(all(), [1500, 'content', 900, 'content', 900, 'end'])).timeline).toEqual([
      '1500 attempt.committed',
      '3300 call.completed',
    ])
    expect((await play(all(), [1500, 'content', 5000, 'end'])).timeline).toEqual([
      '1500 attempt.committed',
      '2500 timeout.exceeded',
      '2500 call.completed',
    ])
    expect((await play(all(), [5000, 'content', 'end'])).answer).toMatchObject({ phase: 'first_byte' })
  })

  test('outside of retry, the silence between two attempts is that of no stream', async () => {
    const late = async (context: CallContext): Promise<string> => {
      if (context.attempt === 2)
        for (const progress of ['connected', 'headers', 'content'] as const) {
          await context.sleep(2000)
          context.progress(progress)
        }
      context.progress('content')
      if (context.attempt === 2) await context.sleep(900)
      if (context.attempt === 3) await context.sleep(5000)
      throw new Error('busy')
    }
    const clock = new VirtualClock()
    const calls = pipeline([timeout({ idleMs: 1000 }), retry({ backoff: constantBackoff(20_000) })], { clock })
    const recording = recordEvents(calls)
    const answer = ended(calls.execute(late))
    await clock.run()
    expect(await answer).toMatchObject({ phase: 'idle' })
    expect(recording.timeline('attempt.started', 'timeout.exceeded')).toEqual([
      '0 attempt.started',
      '20000 attempt.started',
      '46900 attempt.started',
      '47900 timeout.exceeded',
    ])
  })

  test("what it ends reaches the stream as the signal's reason", async () => {
    const clock = new VirtualClock()
    let body: Body | undefined
    let signal: AbortSignal | undefined
    const answer = pipeline([timeout({ totalMs: 1000 })], { clock }).execute(async (context) => {
      body = context.openBody()
      signal = context.signal
      return 'stream'
    })
    expect(await answer).toBe('stream')
    await clock.advance(1000)
    expect(signal?.reason).toMatchObject({ phase: 'total' })
    body?.end(failure(signal?.reason, { kind: 'transient' }))
  })
})
