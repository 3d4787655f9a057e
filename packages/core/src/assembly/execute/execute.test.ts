import { describe, expect, test } from 'vitest'
import {
  execute,
  InvalidOptionsError,
  isSpillwayError,
  NoTargetAnsweredError,
  pipeline,
  retry,
  TimeoutExceededError,
  type VerdictKind,
} from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { settle, VirtualClock } from '../../testing.ts'
import { classifier, failure, fails, run, Said, scripted } from './__fixtures__/targets.ts'

describe('who answers', () => {
  test('the primary, where it can: nobody else is asked', async () => {
    const clock = new VirtualClock()
    const relay = scripted('relay', { value: 'second' })
    const primary = scripted('gemini', { value: 'first', afterMs: 20_000 })
    const answer = await run(clock, execute({ primary, fallbacks: [relay], clock }))
    expect(answer).toMatchObject({ target: 'gemini', value: 'first', tried: [], durationMs: 20_000 })
    expect(relay.operation.runs).toBe(0)
    expect(clock.pending).toBe(0)
  })

  test('the first fallback that can, with what the others failed with', async () => {
    const clock = new VirtualClock()
    const targets = { primary: fails('gemini', 'overloaded', 5), fallbacks: [fails('relay', 'throttled', 7)] }
    const cheap = scripted('cheap', { value: 'third', afterMs: 8 })
    const call = execute({ ...targets, fallbacks: [...targets.fallbacks, cheap], clock, classifier })
    expect(await run(clock, call)).toMatchObject({
      target: 'cheap',
      value: 'third',
      durationMs: 20,
      tried: [
        { target: 'gemini', verdict: { kind: 'overloaded' }, error: new Said('overloaded'), durationMs: 5 },
        { target: 'relay', verdict: { kind: 'throttled' }, durationMs: 7 },
      ],
    })
  })

  test.each<[VerdictKind, boolean]>([
    ['overloaded', true],
    ['throttled', true],
    ['quota_exhausted', true],
    ['transient', true],
    ['endpoint_failed', true],
    ['empty', true],
    ['rejected', true],
    ['request_failed', false],
    ['canceled', false],
  ])('after %s a fallback is asked: %s', async (kind, asked) => {
    const clock = new VirtualClock()
    const relay = scripted('relay', { value: 'second' })
    const call = ended(run(clock, execute({ primary: fails('gemini', kind), fallbacks: [relay], clock, classifier })))
    await call
    expect(relay.operation.runs).toBe(asked ? 1 : 0)
  })

  test('an answer without a result is none', async () => {
    const clock = new VirtualClock()
    const value = (text: unknown): { kind: VerdictKind } | undefined => (text === '' ? { kind: 'empty' } : undefined)
    const call = execute({
      primary: scripted('gemini', { value: '' }),
      fallbacks: [scripted('relay', { value: 'a kite' })],
      classifier: { error: () => undefined, value },
      clock,
    })
    expect(await run(clock, call)).toMatchObject({
      target: 'relay',
      tried: [{ target: 'gemini', verdict: { kind: 'empty' }, error: undefined }],
    })
  })

  test('a rule of its own decides, by what the last one failed with', async () => {
    const clock = new VirtualClock()
    const heard: string[] = []
    const bold = {
      ...scripted('bold', { value: 'painted' }),
      shouldHandle: ({ target, verdict }: { target: string; verdict: { kind: string } }) => {
        heard.push(`${target}: ${verdict.kind}`)
        return verdict.kind === 'request_failed'
      },
    }
    const prude = scripted('prude', { value: 'never' })
    const blocked = execute({ primary: fails('gemini', 'request_failed'), fallbacks: [prude, bold], clock, classifier })
    expect(await run(clock, blocked)).toMatchObject({ target: 'bold', value: 'painted' })
    expect(heard).toEqual(['gemini: request_failed'])
    expect(prude.operation.runs).toBe(0)
  })

  test('a rule that throws is no permission', async () => {
    const clock = new VirtualClock()
    const shouldHandle = (): never => {
      throw new RangeError('no')
    }
    const relay = { ...scripted('relay', { value: 'second' }), shouldHandle }
    const error = await failure(clock, execute({ primary: fails('gemini'), fallbacks: [relay], clock, classifier }))
    expect(error.skipped).toEqual([{ target: 'relay', reason: 'should_not_handle' }])
  })

  test('nobody whose context is too small', async () => {
    const clock = new VirtualClock()
    const small = { ...scripted('small', { value: 'never' }), maxInputTokens: 999 }
    const large = { ...scripted('large', { value: 'read' }), maxInputTokens: 1000 }
    const expectedUsage = { inputTokens: 1000 }
    const call = execute({ primary: small, fallbacks: [small2(small), large], expectedUsage, clock })
    expect(await run(clock, call)).toMatchObject({ target: 'large', value: 'read', tried: [] })
    expect(small.operation.runs).toBe(0)
  })

  const small2 = <T extends object>(small: T): T & { name: 'smaller' } => ({ ...small, name: 'smaller' })

  test('nobody else once it may have been carried out, where it must not be repeated', async () => {
    const clock = new VirtualClock()
    const relay = scripted('relay', { value: 'again' })
    const call = (billed: 'no' | 'unknown'): Promise<unknown> =>
      ended(
        run(
          clock,
          execute({
            primary: fails('gemini'),
            fallbacks: [relay],
            repeatable: false,
            clock,
            classifier: { error: () => ({ kind: 'transient', billed }) },
          }),
        ),
      )
    expect(await call('unknown')).toBeInstanceOf(NoTargetAnsweredError)
    expect(relay.operation.runs).toBe(0)
    expect(await call('no')).toMatchObject({ target: 'relay' })
  })
})

describe('the verdict on a target', () => {
  test('is that of its last attempt, where its error says nothing: nobody has to classify for the clients', async () => {
    const clock = new VirtualClock()
    const spent = { error: () => ({ kind: 'request_failed', code: 'content_filter' }) as const }
    const client = pipeline([retry()], { clock, classifier: spent })
    const wrapping = async (): Promise<string> => {
      try {
        return await client.execute(() => Promise.reject(new Error('400')))
      } catch {
        throw new Error('an error of the client, of a class that nobody here knows')
      }
    }
    const relay = scripted('relay', { value: 'second' })
    const error = await failure(
      clock,
      execute({ primary: { name: 'a', operation: wrapping }, fallbacks: [relay], clock }),
    )
    expect(error.tried[0]?.verdict).toEqual({ kind: 'request_failed', code: 'content_filter' })
    expect(relay.operation.runs).toBe(0)
  })

  test('is no success because an attempt was one, when what was made of it failed', async () => {
    const clock = new VirtualClock()
    const client = pipeline([], { clock })
    const operation = async (): Promise<string> => {
      await client.execute(async () => ({}))
      throw new Error('no image in the answer')
    }
    const call = execute({ primary: { name: 'a', operation }, fallbacks: [scripted('b', { value: 'x' })], clock })
    expect(await run(clock, call)).toMatchObject({ target: 'b', tried: [{ verdict: { kind: 'transient' } }] })
  })
})

describe('when nobody answers', () => {
  test('the error has all of them, and the first that a provider has sent as its cause', async () => {
    const clock = new VirtualClock()
    const slow = scripted('slow', { hang: true })
    const busy = scripted('busy', { error: new Said('overloaded') })
    const error = await failure(
      clock,
      execute({ primary: slow, fallbacks: [busy, fails('last', 'throttled')], totalMs: 60_000, clock, classifier }),
    )
    expect(error).toMatchObject({
      code: 'ERR_SPILLWAY_NO_TARGET_ANSWERED',
      message: 'execute: no target answered (slow: transient, busy: overloaded, last: throttled).',
      verdict: { kind: 'overloaded' },
      durationMs: 20_000,
    })
    expect((error.cause as Error).message).toBe('overloaded')
    expect(error.errors).toHaveLength(3)
    expect(error.errors[0]).toBeInstanceOf(TimeoutExceededError)
    expect(isSpillwayError(error)).toBe(true)
    expect(error.account.report()).toMatchObject({ attempts: 3 })
  })

  test('its hint is that of its cause', async () => {
    const clock = new VirtualClock()
    const told = { error: () => ({ kind: 'throttled', retryAfterMs: 7000 }) as const }
    const error = await failure(clock, execute({ primary: fails('gemini'), clock, classifier: told }))
    expect(error.retryAfterMs).toBe(7000)
  })

  test("the caller's abort is thrown by identity, and nobody else is asked", async () => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const relay = scripted('relay', { value: 'second' })
    const primary = scripted('gemini', { hang: true })
    const call = ended(execute({ primary, fallbacks: [relay], signal: caller.signal, clock }))
    await clock.advance(10)
    const reason = new Error('gone')
    caller.abort(reason)
    await settle()
    expect(await call).toBe(reason)
    expect(primary.operation.aborts).toEqual([reason])
    expect([relay.operation.runs, clock.pending]).toEqual([0, 0])
  })
})

const ask = async (): Promise<number> => 1

test.each([
  [{}, 'execute.primary'],
  [{ primary: { name: 'a' } }, 'execute.primary.operation'],
  [{ primary: { name: '', operation: ask } }, 'execute.primary.name'],
  [{ primary: { name: 'a', operation: ask, modle: 'm' } }, 'execute.primary.modle'],
  [{ primary: { name: 'a', operation: ask, costPerCall: -1 } }, 'execute.primary.costPerCall'],
  [{ primary: { name: 'a', operation: ask, tryMs: 0 } }, 'execute.primary.tryMs'],
  [{ primary: { name: 'a', operation: ask, expectedUsage: { images: '1' } } }, 'execute.primary.expectedUsage.images'],
  [{ primary: { name: 'a', operation: ask }, fallbacks: {} }, 'execute.fallbacks'],
  [{ primary: { name: 'a', operation: ask }, fallbacks: [{ name: 'a', operation: ask }] }, 'execute.fallbacks[0].name'],
  [{ primary: { name: 'a', operation: ask }, totalMs: -5 }, 'execute.totalMs'],
  [{ primary: { name: 'a', operation: ask }, prices: {} }, 'execute.prices'],
  [{ primary: { name: 'a', operation: ask }, clock: {} }, 'execute.clock'],
  [null, 'execute'],
])('a wrong option is said before anybody is asked: %o', async (options, message) => {
  const error = await ended(execute(options as never))
  expect(error).toBeInstanceOf(InvalidOptionsError)
  expect((error as Error).message).toContain(message)
})
