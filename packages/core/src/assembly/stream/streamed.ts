import type { CallContext } from '../../kernel/call-context.ts'
import { checkFunction, checkKnown } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { success } from '../../kernel/outcome.ts'
import { CommittedStream } from './committed-stream.ts'
import { PartWatch, type StreamedOptions } from './part-watch.ts'
import { partsOf, type StreamParts } from './stream-parts.ts'
import { StreamTruncatedError } from './stream-truncated-error.ts'

/**
 * Makes a stream the result of an attempt: gives it back at its first content, and keeps the attempt going until it has
 * been read.
 *
 * Up to the first content, parts are held back, and a failure is one that retry and failover may mend. After it, time
 * limits run while the reader waits and stand still while it is busy; one part is asked of the source for each that the
 * reader asks for. Reading to the end, `break`, an error and the caller's abort end the attempt; `break` also aborts
 * `context.signal`, which closes the socket that the source reads from. A web stream stays one, anything else is given back
 * as an async iterable.
 *
 * ```ts
 * import { pipeline, retry, streamed } from '@spillway/core'
 *
 * const calls = pipeline([retry()])
 * const speak = async function* () {
 *   yield* [{ text: '' }, { text: 'over ' }, { text: 'the dam' }, { done: true }]
 * }
 * const answer = await calls.execute((context) =>
 *   streamed<{ text?: string; done?: boolean }>(context, speak(), {
 *     isContent: ({ text = '' }) => text !== '',
 *     isTerminal: ({ done = false }) => done,
 *   }),
 * )
 * let whole = ''
 * for await (const { text = '' } of answer) whole += text
 * console.log(whole) // => over the dam
 * ```
 *
 * @param context the attempt's own, as the operation got it
 * @param source which nobody else reads
 * @returns the stream, when its first content is here; one that ends before is given back as it is
 * @throws what the source throws before its first content; `StreamTruncatedError` when it ends there unmarked
 */
export function streamed<T>(
  context: CallContext,
  source: ReadableStream<T>,
  options?: StreamedOptions<T>,
): Promise<ReadableStream<T>>
/** The same for any async iterable. */
export function streamed<T>(
  context: CallContext,
  source: AsyncIterable<T>,
  options?: StreamedOptions<T>,
): Promise<AsyncIterableIterator<T, undefined>>
export async function streamed<T>(
  context: CallContext,
  source: AsyncIterable<T> | ReadableStream<T>,
  options: StreamedOptions<T> = {},
): Promise<ReadableStream<T> | AsyncIterableIterator<T, undefined>> {
  checkKnown('streamed', options, ['isContent', 'isTerminal'])
  checkFunction('streamed.isContent', options.isContent, true)
  checkFunction('streamed.isTerminal', options.isTerminal, true)
  const given = source as Partial<ReadableStream<T>> | undefined
  if (typeof given?.getReader !== 'function' && typeof given?.[Symbol.asyncIterator] !== 'function')
    throw new InvalidOptionsError('streamed.source', source, 'an async iterable or a web stream')
  const parts = partsOf(source)
  const stream = await committed(context, parts, new PartWatch(options, context))
  return 'getReader' in source ? asWebStream(stream) : stream
}

const committed = async <T>(
  context: CallContext,
  parts: StreamParts<T>,
  watch: PartWatch<T>,
): Promise<AsyncIterableIterator<T, undefined>> => {
  const held: T[] = []
  const stop = context.onAbort((reason) => parts.close(reason))
  try {
    for (;;) {
      const part = await parts.next()
      if (context.aborted) throw context.reason
      if (part.done === true) {
        if (!watch.mayEnd) throw new StreamTruncatedError(0)
        context.openBody().end(success(undefined))
        return replay(held)
      }
      held.push(part.value)
      if (watch.see(part.value)) return new CommittedStream(context, parts, watch, held)
    }
  } finally {
    stop()
  }
}

/** All there was. */
async function* replay<T>(held: readonly T[]): AsyncGenerator<T, undefined> {
  yield* held
  return undefined
}

const asWebStream = <T>(parts: AsyncIterableIterator<T, undefined>): ReadableStream<T> =>
  new ReadableStream<T>(
    {
      async pull(controller) {
        const { done, value } = await parts.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await parts.return?.()
      },
    },
    // Nothing is read ahead: the provider is asked when the reader asks.
    { highWaterMark: 0 },
  )
