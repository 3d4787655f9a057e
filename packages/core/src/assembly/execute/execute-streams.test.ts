import { describe, expect, test } from 'vitest'
import { execute, pipeline, streamed, type CallContext } from '../../index.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'
import { scriptedOperation, VirtualClock } from '../../testing.ts'

describe('a stream', () => {
  /** Parts at their instants. */
  const stream = async function* (
    clock: VirtualClock,
    parts: readonly (readonly [number, string])[],
  ): AsyncGenerator<string> {
    for (const [afterMs, part] of parts) {
      await new Promise<void>((resolve) => clock.setTimer(afterMs, resolve))
      yield part
    }
  }
  const read = async (source: AsyncIterable<string>): Promise<string> => {
    let text = ''
    for await (const part of source) text += part
    return text
  }

  test.each(['its own', "a client's"])('is committed at its first content, whoever began it: %s', async (whose) => {
    const clock = new VirtualClock()
    const client = pipeline([], { clock })
    const talk = (context: CallContext): Promise<AsyncIterable<string>> =>
      streamed(
        context,
        stream(clock, [
          [3000, 'a '],
          [20_000, 'kite'],
        ]),
      )
    const call = execute({
      primary: { name: 'gemini', operation: whose === 'its own' ? talk : () => client.execute(talk) },
      fallbacks: [{ name: 'relay', operation: async () => stream(clock, []) }],
      totalMs: 30_000,
      clock,
    })
    // Half of the time is its own, and the stream goes on for longer.
    const text = call.then(async ({ value, target, durationMs }) => `${target} ${durationMs} ${await read(value)}`)
    await clock.run()
    expect(await text).toBe('gemini 3000 a kite')
  })

  test('that has not begun within its share is left to the next', async () => {
    const clock = new VirtualClock()
    const client = pipeline([], { clock })
    const call = execute({
      primary: {
        name: 'a',
        operation: () => client.execute((context) => streamed(context, stream(clock, [[20_000, 'x']]))),
      },
      fallbacks: [{ name: 'b', operation: async () => stream(clock, [[1, 'kite']]) }],
      totalMs: 30_000,
      clock,
    })
    const text = call.then(async ({ value, target }) => `${target} ${await read(value)}`)
    await clock.run()
    expect(await text).toBe('b kite')
  })

  test('that has begun is not held to the time of its target: what it asks for later is asked', async () => {
    const clock = new VirtualClock()
    const client = pipeline([], { clock })
    const words = scriptedOperation([{ value: 'a ' }, { value: 'kite', afterMs: 10_000 }])
    const operation = async (): Promise<ReadableStream<string>> => {
      const { readable, writable } = new TransformStream<string, string>()
      const pump = async (): Promise<void> => {
        const writer = writable.getWriter()
        await writer.write(await client.execute(words))
        await new Promise<void>((resolve) => clock.setTimer(40_000, resolve))
        await writer.write(await client.execute(words))
        await writer.close()
      }
      pump().catch((error: unknown) => writable.abort(error))
      return readable
    }
    const fallbacks = [{ name: 'relay', operation }] as const
    const call = execute({ primary: { name: 'gemini', operation }, fallbacks, totalMs: 60_000, clock })
    const text = call.then(({ value }) => ended(read(value)))
    await clock.run()
    expect(await text).toBe('a kite')
  })

  test.each(["the caller's abort", 'the deadline'])('is ended by %s, also after the answer', async (what) => {
    const clock = new VirtualClock()
    const caller = new AbortController()
    const client = pipeline([], { clock })
    const talk = (context: CallContext): Promise<AsyncIterable<string>> =>
      streamed(
        context,
        stream(clock, [
          [10, 'a '],
          [60_000, 'kite'],
        ]),
      )
    const call = execute({
      primary: { name: 'gemini', operation: () => client.execute(talk) },
      totalMs: 30_000,
      signal: caller.signal,
      clock,
    })
    const text = call.then(({ value }) => ended(read(value)))
    await clock.advance(1000)
    if (what !== 'the deadline') caller.abort(new Error('gone'))
    await clock.run()
    expect(await text).toMatchObject(what === 'the deadline' ? { phase: 'total' } : { message: 'gone' })
    expect(client.state().inFlight).toBe(0)
  })
})
