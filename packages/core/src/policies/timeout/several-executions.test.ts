import { describe, expect, test } from 'vitest'
import {
  openCall,
  pipeline,
  timeout,
  type CallContext,
  type Operation,
  type TimeLimit,
  type TimeoutOptions,
} from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'

/** Executions one after the other, as one call. */
const oneCall = async (options: TimeoutOptions, operations: readonly Operation<unknown>[]) => {
  const clock = new VirtualClock()
  const calls = pipeline([timeout(options)], { clock })
  const recording = recordEvents(calls)
  const within = openCall()
  const answers = (async () => {
    const all: unknown[] = []
    for (const operation of operations) all.push(await ended(calls.execute(operation, { within })))
    within.end()
    return { all, pending: clock.pending }
  })()
  await clock.run()
  return { ...(await answers), timeline: recording.timeline('timeout.exceeded') }
}

const quick = scriptedOperation([{ value: 'quick', afterMs: 60 }])
const hanging = scriptedOperation([{ hang: true }])

describe('executions that are one call', () => {
  test.each<[string, TimeLimit]>([
    ['fixed', 100],
    ['computed', () => 100],
  ])('have one total limit, %s, from the beginning of the first', async (_, totalMs) => {
    const { all, timeline } = await oneCall({ totalMs }, [quick, hanging])
    expect(all).toMatchObject(['quick', { phase: 'total', limitMs: 100 }])
    expect(timeline).toEqual(['100 timeout.exceeded'])
  })

  test('know how much of it is left', async () => {
    const left = async (context: CallContext): Promise<number> => context.remainingMs()
    expect((await oneCall({ totalMs: 100 }, [left, quick, left])).all).toEqual([100, 'quick', 40])
  })

  test('ask for it once', async () => {
    let asked = 0
    await oneCall({ totalMs: () => 1000 * ++asked }, [quick, quick, quick])
    expect(asked).toBe(1)
  })

  test('leave no timer behind', async () => {
    const { all, pending, timeline } = await oneCall({ totalMs: 1000 }, [quick, quick])
    expect([all, pending, timeline]).toEqual([['quick', 'quick'], 0, []])
  })

  test.each<TimeoutOptions>([{ attemptMs: 80 }, { totalMs: 1000, attemptMs: 80 }])(
    'have a limit for each attempt: %o',
    async (options) => {
      const { all, timeline } = await oneCall(options, [quick, quick, hanging])
      expect(all).toMatchObject(['quick', 'quick', { phase: 'attempt', limitMs: 80 }])
      expect(timeline).toEqual(['200 timeout.exceeded'])
    },
  )
})
