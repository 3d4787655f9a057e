import { describe, expect, test } from 'vitest'
import { fallback, InvalidOptionsError, pipeline, retry, type Failed, type Verdict } from '../../index.ts'
import { recordEvents, scriptedOperation, VirtualClock } from '../../testing.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'

const busy = new Error('busy')
const classifier = {
  error: (error: unknown): Verdict | undefined => (error instanceof Error ? undefined : (error as Verdict)),
  value: (value: unknown): Verdict | undefined => (value === 0 ? { kind: 'empty' } : undefined),
}

describe('another answer', () => {
  // trap: no-fallback-on-abort
  test('is given when all is lost, and told what it replaces', async () => {
    const told: Failed[] = []
    const clock = new VirtualClock()
    const calls = pipeline(
      [
        fallback({
          steps: [
            (failed) => {
              told.push(failed)
              return 'stored'
            },
          ],
        }),
        retry({ maxAttempts: 3 }),
      ],
      { clock },
    )
    const { events } = recordEvents(calls)
    const answer = calls.execute(scriptedOperation([{ error: busy }]))
    await clock.run()
    expect(await answer).toBe('stored')
    expect(told).toMatchObject([{ error: busy, attempts: 3, outcome: { ok: false, verdict: { kind: 'transient' } } }])
    expect(told[0]?.context.signal.aborted).toBe(false)
    expect(events.find(({ type }) => type === 'fallback.used')).toMatchObject({
      policy: 'fallback',
      step: 0,
      verdict: 'transient',
    })
    expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'success' } })
  })

  test('is not needed for a success', async () => {
    const calls = pipeline([fallback({ steps: [() => 'other'] })])
    expect(await calls.execute(async () => 'own')).toBe('own')
  })

  test.each([
    ['overloaded', 'other'],
    ['throttled', 'other'],
    ['quota_exhausted', 'other'],
    ['transient', 'other'],
    ['endpoint_failed', 'other'],
    ['rejected', 'other'],
    ['request_failed', { kind: 'request_failed' }],
    ['canceled', { kind: 'canceled' }],
  ] as const)('for %s: %o', async (kind, expected) => {
    const calls = pipeline([fallback({ steps: [() => 'other'] })], { classifier })
    expect(await ended(calls.execute(() => Promise.reject({ kind })))).toEqual(expected)
  })

  test('stands in for an empty answer, which has no error', async () => {
    const errors: unknown[] = []
    const calls = pipeline([fallback({ steps: [({ error, outcome }) => errors.push(error, outcome.ok)] })], {
      classifier,
    })
    expect(await calls.execute(async () => 0)).toBe(2)
    expect(errors).toEqual([undefined, true])
  })
})

describe('the chain', () => {
  test('goes on to the next step when one throws, and says so', async () => {
    const calls = pipeline([
      fallback({
        steps: [
          () => {
            throw new TypeError('no cache')
          },
          () => Promise.reject(new RangeError('no other model')),
          async () => 'placeholder',
          () => expect.unreachable(),
        ],
      }),
    ])
    const { events } = recordEvents(calls)
    expect(await calls.execute(() => Promise.reject(busy))).toBe('placeholder')
    expect(events.filter(({ type }) => type === 'diagnostic.reported')).toMatchObject([
      { source: 'fallback.steps[0]', errorName: 'TypeError' },
      { source: 'fallback.steps[1]', errorName: 'RangeError' },
    ])
    expect(events.find(({ type }) => type === 'fallback.used')).toMatchObject({ step: 2 })
  })

  test('gives the original failure when every step throws', async () => {
    const steps = [() => Promise.reject(new Error('also broken'))]
    expect(await ended(pipeline([fallback({ steps })]).execute(() => Promise.reject(busy)))).toBe(busy)
  })

  test('gives the empty answer as it is when every step throws', async () => {
    const steps = [() => Promise.reject(new Error('also broken'))]
    expect(await pipeline([fallback({ steps })], { classifier }).execute(async () => 0)).toBe(0)
  })
})

describe('a rule of the user', () => {
  test('decides which failures are replaced, and also about successes', async () => {
    const calls = pipeline([fallback({ steps: [() => 'other'], shouldHandle: ({ ok }) => ok })])
    expect(await ended(calls.execute(() => Promise.reject(busy)))).toBe(busy)
    expect(await calls.execute(async () => 'unloved')).toBe('other')
  })

  test('that throws is reported, and the verdict decides', async () => {
    const shouldHandle = (): boolean => {
      throw new TypeError('broken rule')
    }
    const calls = pipeline([fallback({ steps: [() => 'other'], shouldHandle })])
    const { events } = recordEvents(calls)
    expect(await calls.execute(() => Promise.reject(busy))).toBe('other')
    expect(await calls.execute(async () => 'own')).toBe('own')
    expect(events.filter(({ type }) => type === 'diagnostic.reported')).toMatchObject([
      { source: 'fallback.shouldHandle', errorName: 'TypeError' },
      { source: 'fallback.shouldHandle' },
    ])
  })
})

describe('when the caller aborts', () => {
  // trap: no-fallback-on-abort
  test('nothing stands in, and no rule is asked', async () => {
    const caller = new AbortController()
    let asked = 0
    const ask = (): boolean => ++asked > 0
    const calls = pipeline([fallback({ steps: [ask], shouldHandle: ask })], { clock: new VirtualClock() })
    const answer = ended(calls.execute(scriptedOperation([{ hang: true }]), { signal: caller.signal }))
    caller.abort('gone')
    expect(await answer).toBe('gone')
    expect(asked).toBe(0)
  })

  test('while a step is at work, the call ends at once although the step does not listen', async () => {
    const caller = new AbortController()
    const started = Promise.withResolvers<void>()
    let signal: AbortSignal | undefined
    const step = ({ context }: Failed): Promise<never> => {
      signal = context.signal
      started.resolve()
      return new Promise(() => {})
    }
    const calls = pipeline([fallback({ steps: [step, () => expect.unreachable()] })])
    const answer = ended(calls.execute(() => Promise.reject(busy), { signal: caller.signal }))
    await started.promise
    caller.abort('gone')
    expect(await answer).toBe('gone')
    expect(signal?.reason).toBe('gone')
    expect(calls.state().inFlight).toBe(0)
  })

  test('from within a step that answers at once, nobody gets that answer', async () => {
    const caller = new AbortController()
    const step = (): string => {
      caller.abort('gone')
      return 'instead'
    }
    const calls = pipeline([fallback({ steps: [step] })])
    const answer = ended(calls.execute(() => Promise.reject(busy), { signal: caller.signal }))
    expect(await answer).toBe('gone')
  })

  test('a step that fails afterwards fails in silence', async () => {
    const caller = new AbortController()
    const started = Promise.withResolvers<void>()
    const late = Promise.withResolvers<never>()
    const calls = pipeline([
      fallback({
        steps: [
          () => {
            started.resolve()
            return late.promise
          },
        ],
      }),
    ])
    const answer = ended(calls.execute(() => Promise.reject(busy), { signal: caller.signal }))
    await started.promise
    caller.abort('gone')
    expect(await answer).toBe('gone')
    late.reject(new Error('late'))
  })
})

describe('what is wrong with an option is said when the policy is made', () => {
  test.each<[unknown, string]>([
    [{}, 'fallback.steps'],
    [{ steps: [] }, 'fallback.steps must be a list of at least one function, got an array of 0.'],
    [{ steps: 'text' }, 'fallback.steps'],
    [{ steps: [() => 1, 'text'] }, 'fallback.steps[1]'],
    [{ steps: [() => 1], shouldHandle: 1 }, 'fallback.shouldHandle'],
    [{ step: [] }, 'fallback.step'],
    [undefined, 'fallback must be an object'],
  ])('%o', (options, message) => {
    expect(() => fallback(options as never)).toThrow(InvalidOptionsError)
    expect(() => fallback(options as never)).toThrow(message)
  })
})
