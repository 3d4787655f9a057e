import { describe, expect, test } from 'vitest'
import {
  bulkhead,
  cache,
  constantBackoff,
  fallback,
  InvalidOptionsError,
  pipeline,
  retry,
  StreamTruncatedError,
  streamed,
  timeout,
} from '../../index.ts'
import { recordEvents, settle, VirtualClock } from '../../testing.ts'
import { beat, end, provider, read, setup, word, type Word } from './__fixtures__/provider.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'

describe('a streamed result', () => {
  test('is committed at its first content, and gives the parts in order, those held back included', async () => {
    const { clock, call, recording, verdict } = setup(
      [],
      [[beat, 100, beat, 100, word('a'), 100, beat, word('b'), end]],
    )
    const answer = call()
    await clock.advance(199)
    expect(recording.timeline('attempt.committed')).toEqual([])
    await clock.advance(1)
    const stream = await answer
    expect(recording.timeline('attempt.committed')).toEqual(['200 attempt.committed'])
    const text = read(stream)
    await clock.run()
    expect(await text).toBe('~~a~b.')
    expect([recording.timeline('call.completed'), verdict()]).toEqual([['300 call.completed'], 'success'])
    expect(clock.pending).toBe(0)
  })

  test('asks the provider for one part when the reader asks for one', async () => {
    const { call, asked } = setup([], [[word('a'), word('b'), word('c'), end]])
    const stream = await call()
    await settle()
    expect(asked[0]?.parts).toBe(1)
    await stream.next()
    await settle()
    expect(asked[0]?.parts).toBe(1)
    await stream.next()
    await settle()
    expect(asked[0]?.parts).toBe(2)
  })

  test('keeps its order for a reader that asks several times at once', async () => {
    const { call } = setup([], [[word('a'), word('b'), end]])
    const stream = await call()
    const results = await Promise.all([1, 2, 3, 4].map(() => stream.next()))
    expect(results.map(({ value }) => value)).toEqual([word('a'), word('b'), end, undefined])
  })

  test('is tried again before its first content, by whoever repeats, and only then', async () => {
    const again = retry({ backoff: constantBackoff(0), maxAttempts: 3 })
    const { call, contexts, verdict } = setup(
      [again],
      [[beat, new Error('reset')], [beat], [word('a'), new Error('late')]],
    )
    const stream = await call()
    expect(contexts).toHaveLength(3)
    expect((await stream.next()).value).toEqual(word('a'))
    expect(await ended(stream.next())).toMatchObject({ message: 'late' })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect([contexts.length, verdict()]).toEqual([3, 'transient'])
  })

  test.each<[string, readonly Word[], number]>([
    ['without any part', [], 0],
    ['after heartbeats', [beat, beat], 0],
    ['after content', [word('a'), word('b')], 2],
  ])('that ends unmarked is truncated, not a success: %s', async (_, parts, contentParts) => {
    const { call, verdict } = setup([], [parts])
    const error = await ended(call().then(read))
    expect(error).toBeInstanceOf(StreamTruncatedError)
    expect(error).toMatchObject({ contentParts, code: 'ERR_SPILLWAY_STREAM_TRUNCATED' })
    expect(verdict()).toBe('transient')
  })

  test('without content is given back as it is when its end was marked', async () => {
    const { call, verdict } = setup([], [[beat, end]])
    expect([await read(await call()), verdict()]).toEqual(['~.', 'success'])
  })

  test('is whole once its end was marked, however its connection ends', async () => {
    const { call, verdict } = setup([], [[word('a'), end, new Error('ECONNRESET')]])
    expect([await read(await call()), verdict()]).toEqual(['a.', 'success'])
  })

  test('may end anywhere where nothing marks the end', async () => {
    const calls = pipeline([])
    const stream = await calls.execute((context) => streamed(context, provider([word('a')]).stream(context)))
    expect(await read(stream)).toBe('a')
  })

  test('ends with the attempt when its reader breaks, and its signal aborts', async () => {
    const places = bulkhead({ maxConcurrency: 1 })
    const { call, calls, clock, contexts, asked, verdict } = setup([places], [[word('a'), word('b'), end]])
    for await (const part of await call()) if (part.text === 'a') break
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(verdict()).toBe('canceled')
    expect([calls.state().inFlight, places.snapshot?.()]).toMatchObject([0, { running: 0 }])
    await settle()
    expect([asked[0]?.closed, clock.pending]).toEqual([1, 0])
  })

  test('ends at once when its reader leaves while the provider is silent', async () => {
    const { call, clock, recording, contexts } = setup([timeout({ idleMs: 60_000 })], [[word('a'), 600_000, end]])
    const stream = await call()
    await stream.next()
    const waiting = stream.next()
    await clock.advance(1000)
    expect(await stream.return?.()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    await clock.run()
    expect(recording.timeline('call.completed', 'attempt.orphaned')).toEqual(['1000 call.completed'])
    expect([contexts[0]?.aborted, clock.pending]).toEqual([true, 0])
  })

  test("ends with the caller's own reason, before and after its first content", async () => {
    const { call, clock, verdict } = setup([], [[100, word('a'), 600_000, end]])
    const early = new AbortController()
    const none = ended(call(early.signal))
    await clock.advance(50)
    early.abort('too slow')
    expect(await none).toBe('too slow')

    const late = new AbortController()
    const answer = call(late.signal)
    await clock.advance(100)
    const stream = await answer
    await stream.next()
    const waiting = ended(stream.next())
    await settle()
    late.abort('gone')
    expect(await waiting).toBe('gone')
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect([verdict(), clock.pending]).toEqual(['canceled', 0])
  })

  test('frees its reader although the provider ignores the signal, and hears nothing of what comes late', async () => {
    const clock = new VirtualClock()
    let late: (part: IteratorResult<Word>) => void = () => {}
    const parts: (() => Promise<IteratorResult<Word>>)[] = [
      () => Promise.resolve({ done: false, value: word('a') }),
      () => new Promise((resolve) => (late = resolve)),
    ]
    const deaf: AsyncIterable<Word> = { [Symbol.asyncIterator]: () => ({ next: () => (parts.shift() ?? never)() }) }
    const calls = pipeline([timeout({ idleMs: 500 })], { clock })
    const stream = await calls.execute((context) => streamed(context, deaf, { isTerminal: () => false }))
    await stream.next()
    const waiting = ended(stream.next())
    await clock.advance(500)
    expect(await waiting).toMatchObject({ phase: 'idle' })
    late({ done: false, value: word('b') })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
    expect([calls.state().inFlight, clock.pending]).toEqual([0, 0])
  })

  test('that was read up to its mark is whole, also when the caller leaves before it closes', async () => {
    const { call, clock } = setup([], [[word('a'), end, 600_000]])
    const caller = new AbortController()
    const stream = await call(caller.signal)
    const text = read(stream)
    await settle()
    caller.abort('gone')
    expect([await text, clock.pending]).toEqual(['a.', 0])
  })

  test('tells a reader that was busy when its time ran out', async () => {
    const { call, clock } = setup([timeout({ totalMs: 1000 })], [[word('a'), word('b'), end]])
    const stream = await call()
    await clock.advance(1000)
    expect(await ended(stream.next())).toMatchObject({ name: 'TimeoutExceededError', phase: 'total' })
    expect(clock.pending).toBe(0)
  })

  test("counts the provider's silence and not the reader's", async () => {
    const idle = timeout({ firstByteMs: 500, idleMs: 500 })
    const { call, clock } = setup([idle], [[400, word('a'), 400, word('b'), beat, 300, beat, 300, word('c'), end]])
    const answer = call()
    await clock.advance(400)
    const stream = await answer
    await stream.next()
    await clock.advance(10_000)
    const second = stream.next()
    await clock.advance(400)
    expect((await second).value).toEqual(word('b'))
    await clock.advance(10_000)
    const rest = ended(read(stream))
    await clock.run()
    expect(await rest).toMatchObject({ phase: 'idle' })
  })

  test('stands in no cache, and no fallback takes its place once it is read', async () => {
    const parts = [cache({ key: () => 'one' }), fallback({ steps: [() => never()] })]
    const { call, contexts } = setup(parts, [[word('a'), new Error('late')]])
    for (let i = 0; i < 2; i++) expect(await ended(call().then(read))).toMatchObject({ message: 'late' })
    expect(contexts).toHaveLength(2)
  })

  test('survives questions that throw, and says so', async () => {
    const calls = pipeline([])
    const recording = recordEvents(calls)
    const stream = await calls.execute((context) =>
      streamed(context, provider([word('a'), word('b')]).stream(context), { isContent: never, isTerminal: never }),
    )
    expect(await read(stream)).toBe('ab')
    const said = recording.events.flatMap((each) => (each.type === 'diagnostic.reported' ? [each.source] : []))
    expect(said).toEqual(['isContent', 'isTerminal', 'isContent', 'isTerminal'])
  })

  test.each([
    [undefined, {}, 'streamed.source'],
    [['a'], {}, 'streamed.source'],
    [provider([]).stream, {}, 'streamed.source'],
    [new ReadableStream(), { isContnt: never }, 'streamed.isContnt'],
    [new ReadableStream(), { isTerminal: true }, 'streamed.isTerminal'],
  ])('is refused where it is none: %#', async (source, given, message) => {
    const error = await ended(pipeline([]).execute((context) => streamed(context, source as never, given as never)))
    expect(error).toBeInstanceOf(InvalidOptionsError)
    expect((error as Error).message).toContain(message)
  })
})

const never = (): never => {
  throw new Error('asked')
}
