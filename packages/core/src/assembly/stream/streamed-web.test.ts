import { describe, expect, expectTypeOf, test } from 'vitest'
import { pipeline, StreamTruncatedError, streamed } from '../../index.ts'
import { settle } from '../../testing.ts'
import { beat, end, options, read, word, type Word } from './__fixtures__/provider.ts'
import { ended } from '../../kernel/__fixtures__/ended.ts'

describe('a web stream', () => {
  const web = (parts: readonly Word[], log: { pulls: number; canceled: unknown }): ReadableStream<Word> => {
    const rest = [...parts]
    return new ReadableStream<Word>(
      {
        pull(controller) {
          log.pulls++
          const part = rest.shift()
          if (part === undefined) controller.close()
          else controller.enqueue(part)
        },
        cancel(reason) {
          log.canceled = reason
        },
      },
      { highWaterMark: 0 },
    )
  }

  test('stays one, and nothing is read ahead', async () => {
    const log = { pulls: 0, canceled: undefined }
    const answer = pipeline([]).execute((context) =>
      streamed(context, web([beat, word('a'), word('b'), end], log), options),
    )
    expectTypeOf(answer).toEqualTypeOf<Promise<ReadableStream<Word>>>()
    const stream = await answer
    await settle()
    expect(log.pulls).toBe(2)
    expect(await read(stream)).toBe('~ab.')
  })

  test('that its reader cancels ends the attempt and the source', async () => {
    const log: { pulls: number; canceled: unknown } = { pulls: 0, canceled: undefined }
    const calls = pipeline([])
    const stream = await calls.execute((context) => streamed(context, web([word('a'), word('b'), end], log), options))
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel('enough')
    expect(log.canceled).toMatchObject({ name: 'AbortError' })
    expect(calls.state().inFlight).toBe(0)
  })

  test('that breaks, breaks for its reader', async () => {
    const log = { pulls: 0, canceled: undefined }
    const stream = await pipeline([]).execute((context) => streamed(context, web([word('a')], log), options))
    expect(await ended(read(stream))).toBeInstanceOf(StreamTruncatedError)
  })
})
