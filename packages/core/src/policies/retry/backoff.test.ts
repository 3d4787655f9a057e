import { ConstantBackoff, DelegateBackoff, ExponentialBackoff, IterableBackoff } from 'cockatiel'
import { describe, expect, test } from 'vitest'
import {
  constantBackoff,
  pipeline,
  retry,
  type Backoff,
  type RetryBackoffContext,
  type RetryOptions,
} from '../../index.ts'
import { recordEvents, scriptedOperation, seededRandom, VirtualClock } from '../../testing.ts'

/** The delays that a call waits which fails so many times. */
const waited = async (options: RetryOptions, failures: number, kinds: readonly string[] = [], seed = 1) => {
  const clock = new VirtualClock()
  let asked = 0
  const calls = pipeline([retry({ maxAttempts: failures + 1, ...options })], {
    clock,
    random: seededRandom(seed),
    classifier: { error: () => ({ kind: (kinds[asked++] ?? 'transient') as 'transient' }) },
  })
  const recording = recordEvents(calls)
  const answer = calls.execute(scriptedOperation([{ error: new Error('busy') }])).catch((error: Error) => error.message)
  await clock.run()
  expect(await answer).toBe('busy')
  return {
    delays: recording.events.flatMap((event) => (event.type === 'retry.scheduled' ? [event.delayMs] : [])),
    diagnostics: recording.events.filter(({ type }) => type === 'diagnostic.reported'),
  }
}

describe("cockatiel's backoffs work unchanged", () => {
  test.each<[string, Backoff, number[]]>([
    ['ConstantBackoff', new ConstantBackoff(70), [70, 70, 70]],
    ['IterableBackoff', new IterableBackoff([10, 20]), [10, 20, 20]],
    ['ExponentialBackoff', new ExponentialBackoff({ generator: (n: number = 0) => [n * 10 + 5, n + 1] }), [5, 15, 25]],
    ['DelegateBackoff', new DelegateBackoff<RetryBackoffContext>(({ attempt }) => attempt * 100), [100, 200, 300]],
    [
      'DelegateBackoff with a state',
      new DelegateBackoff<RetryBackoffContext, number>((_, before = 1) => ({ delay: before * 2, state: before * 2 })),
      [2, 4, 8],
    ],
  ])('%s', async (_, backoff, expected) => {
    expect((await waited({ backoff }, 3)).delays).toEqual(expected)
  })

  test('one that looks at the failure is told what it was, and asked once for each retry', async () => {
    const told: unknown[] = []
    const backoff = new DelegateBackoff<RetryBackoffContext>(({ result, verdict, attempt, signal }) => {
      told.push([attempt, verdict, 'error' in result && (result.error as Error).message, signal.aborted])
      return 10
    })
    await waited({ backoff }, 2)
    expect(told).toEqual([
      [1, 'transient', 'busy', false],
      [2, 'transient', 'busy', false],
    ])
  })
})

test('a backoff is told the value that was not good enough', async () => {
  const told: unknown[] = []
  const backoff = new DelegateBackoff<RetryBackoffContext>(({ result }) => (told.push(result), 10))
  const clock = new VirtualClock()
  const calls = pipeline([retry({ backoff, shouldHandle: ({ ok }) => ok, maxAttempts: 2 })], { clock })
  const answer = calls.execute(async () => 'unloved')
  await clock.run()
  expect([await answer, told]).toEqual(['unloved', [{ value: 'unloved' }]])
})

describe('a backoff that gives no delay', () => {
  // trap: backoff-without-delay
  test.each<[string, Backoff, string]>([
    ['an empty list', new IterableBackoff([]), 'RangeError'],
    ['no number', new ConstantBackoff(NaN), 'RangeError'],
    ['a negative number', new ConstantBackoff(-1), 'RangeError'],
    [
      'an error',
      new DelegateBackoff(() => {
        throw new SyntaxError('broken')
      }),
      'SyntaxError',
    ],
    ['nothing', { next: () => undefined as never }, 'RangeError'],
  ])(
    '%s: is reported, and the default delays stand in, so that no loop without a delay begins',
    async (_, backoff, errorName) => {
      const { delays, diagnostics } = await waited({ backoff }, 2)
      expect(delays).toEqual([500, 1000])
      const about = { source: 'retry.backoff', errorName }
      expect(diagnostics).toMatchObject([about, about])
    },
  )

  test('for ever: the call ends with its error instead of waiting', async () => {
    const { delays, diagnostics } = await waited({ backoff: new ConstantBackoff(Infinity) }, 2)
    expect([delays, diagnostics]).toEqual([[], []])
  })

  test('zero is a delay, when somebody wants it', async () => {
    expect((await waited({ backoff: constantBackoff(0) }, 3)).delays).toEqual([0, 0, 0])
  })
})

describe('by default', () => {
  test('overload does not grow; everything else does; each kind has a sequence of its own', async () => {
    const kinds = ['overloaded', 'transient', 'overloaded', 'transient', 'throttled', 'overloaded', 'transient']
    expect((await waited({ jitter: 'none' }, 7, kinds)).delays).toEqual([2000, 500, 2000, 1000, 1000, 2000, 2000])
  })

  test('a backoff of your own is not spread unless you say so', async () => {
    expect((await waited({ backoff: constantBackoff(100) }, 2)).delays).toEqual([100, 100])
    const { delays } = await waited({ backoff: constantBackoff(100), jitter: 'equal' }, 20)
    expect(new Set(delays).size).toBe(20)
    for (const delay of delays) expect(Math.abs(delay - 75)).toBeLessThanOrEqual(25)
  })
})
