import { DelegateBackoff, IterableBackoff } from 'cockatiel'
import { describe, expectTypeOf, test } from 'vitest'
import {
  bulkhead,
  circuitBreaker,
  failover,
  fallback,
  pipeline,
  pipelineRegistry,
  rateLimit,
  retry,
  standardPipeline,
  timeout,
  type CallContext,
  type Part,
  type Pipeline,
  type Policy,
  type SpillwayEvent,
} from '../index.ts'

interface Image {
  readonly bytes: number
}

const draw = async (context: CallContext): Promise<Image> => ({ bytes: context.attempt })
const word = fallback({ steps: [() => 'placeholder' as const] })
const nothing = fallback({ steps: [async () => undefined] })
const [t, r, b, q, c] = [timeout({ totalMs: 1 }), retry(), bulkhead(), rateLimit(), circuitBreaker()]
const f = failover({ endpoints: [{ name: 'a' }] })

describe('the result is exact', () => {
  // trap: types-stay-exact
  test('whatever the number of policies that add nothing', () => {
    expectTypeOf(pipeline([]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c, f]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c, f, t]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c, f, t, r]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c, f, t, r, b]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c, f, t, r, b, q]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c, f, t, r, b, q, c]).execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(pipeline([t, r, b, q, c, f, t, r, b, q, c, f]).execute(draw)).toEqualTypeOf<Promise<Image>>()
  })

  // trap: types-stay-exact
  test('with what fallbacks may answer, wherever they stand and however many', () => {
    expectTypeOf(pipeline([word]).execute(draw)).toEqualTypeOf<Promise<Image | 'placeholder'>>()
    expectTypeOf(pipeline([t, r, word]).execute(draw)).toEqualTypeOf<Promise<Image | 'placeholder'>>()
    expectTypeOf(pipeline([word, t, nothing, r]).execute(draw)).toEqualTypeOf<
      Promise<Image | 'placeholder' | undefined>
    >()
    expectTypeOf(pipeline([t, r, b, q, c, f, t, r, b, q, c, word]).execute(draw)).toEqualTypeOf<
      Promise<Image | 'placeholder'>
    >()
  })

  test('for steps that answer with different types', () => {
    const chain = fallback({ steps: [() => 'stored', async () => 42] })
    expectTypeOf(pipeline([chain]).execute(draw)).toEqualTypeOf<Promise<Image | string | number>>()
  })

  test('for a list that is made elsewhere', () => {
    const parts: Part<never>[] = [t, r]
    expectTypeOf(pipeline(parts).execute(draw)).toEqualTypeOf<Promise<Image>>()
    const given: Pipeline<string> = pipeline([fallback({ steps: [() => 'text'] })])
    expectTypeOf(given.execute(draw)).toEqualTypeOf<Promise<Image | string>>()
  })

  test('for thenables that are no promises', () => {
    expectTypeOf(pipeline([r]).execute((): PromiseLike<number> => Promise.resolve(1))).toEqualTypeOf<Promise<number>>()
  })

  test('for a policy of somebody else that fits every result', () => {
    const agnostic: Policy = { name: 'mine', execute: (next, context) => next(context) }
    expectTypeOf(pipeline([agnostic, r]).execute(draw)).toEqualTypeOf<Promise<Image>>()
  })
})

describe('a wrapped function', () => {
  test('keeps its parameters', () => {
    const wrapped = pipeline([r, word]).wrap(async (prompt: string, seed?: number) => ({ prompt, seed }))
    expectTypeOf(wrapped).toEqualTypeOf<
      (prompt: string, seed?: number) => Promise<{ prompt: string; seed: number | undefined } | 'placeholder'>
    >()
  })
})

describe('a reload', () => {
  test('takes what adds no other answers than the pipeline already gives', () => {
    const exact = pipeline([r])
    exact.reload([t, r, b])
    // @ts-expect-error -- callers of this pipeline do not expect the fallback's answer
    void (() => exact.reload([word, r]))
    pipeline([word, r]).reload([r])
    pipeline([word, r]).reload([t, word])
  })
})

describe('a registry', () => {
  test('gives pipelines of one type', () => {
    const registry = pipelineRegistry(() => pipeline([word, r]))
    expectTypeOf(registry.get('a').execute(draw)).toEqualTypeOf<Promise<Image | 'placeholder'>>()
  })
})

describe('the standard pipeline', () => {
  test('adds what its fallback answers, else nothing', () => {
    expectTypeOf(standardPipeline().execute(draw)).toEqualTypeOf<Promise<Image>>()
    expectTypeOf(standardPipeline({ retry: { maxAttempts: 3 }, bulkhead: false }).execute(draw)).toEqualTypeOf<
      Promise<Image>
    >()
    expectTypeOf(standardPipeline({ fallback: { steps: [() => 7] } }).execute(draw)).toEqualTypeOf<
      Promise<Image | number>
    >()
  })
})

describe('events', () => {
  test('are one union that the type tells apart', () => {
    pipeline([]).events.subscribe((event) => {
      expectTypeOf(event).toEqualTypeOf<SpillwayEvent>()
      if (event.type === 'retry.scheduled') expectTypeOf(event.delayMs).toEqualTypeOf<number>()
      if (event.type === 'call.completed') expectTypeOf(event.attempts).toEqualTypeOf<number>()
    })
  })
})

describe('options', () => {
  test('misspelt ones are refused by the compiler as well', () => {
    // @ts-expect-error -- no such option
    void (() => retry({ maxAttemps: 3 }))
    // @ts-expect-error -- a duration is a number of milliseconds
    void (() => timeout({ totalMs: '30s' }))
    // @ts-expect-error -- a function is no policy
    void (() => pipeline([retry]))
  })

  test("cockatiel's backoffs fit", () => {
    void retry({ backoff: new IterableBackoff([1, 2]) })
    void retry({ backoff: new DelegateBackoff(({ attempt }: { attempt: number }) => attempt * 100) })
  })
})
