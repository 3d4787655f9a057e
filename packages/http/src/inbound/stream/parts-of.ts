import type { ReadableStream } from 'node:stream/web'
import { InvalidOptionsError } from '@spillway/core'

/** Where the parts of an answer come from: a generator, the stream of an official client, a web stream, a Node stream. */
export type PartSource<Part> = AsyncIterable<Part> | ReadableStream<Part>

/** The parts, and how to let go of them at once, also while one is awaited. */
export interface Parts<Part> {
  readonly next: () => Promise<IteratorResult<Part, unknown>>
  readonly cancel: (reason: unknown) => void
}

/** Nobody waits for what comes of it. */
const ignore = (): void => {}

/** @throws InvalidOptionsError for anything that gives no parts */
export const partsOf = <Part>(source: PartSource<Part>): Parts<Part> => {
  if (!isWebStream(source) && typeof source?.[Symbol.asyncIterator] !== 'function')
    throw new InvalidOptionsError('source', source, 'an async iterable or a stream: await the call that gives it')
  if (isWebStream(source)) {
    // Its iterator would wait for the part that is awaited before it lets go.
    const reader = source.getReader()
    return {
      next: () => reader.read(),
      cancel: (reason) => void reader.cancel(reason).catch(ignore),
    }
  }
  const iterator = source[Symbol.asyncIterator]()
  return {
    next: () => iterator.next(),
    cancel: (reason) => {
      // A generator hears of it when its part comes; the streams of official clients and of Node can be ended meanwhile.
      const { controller, destroy } = source as { controller?: AbortController; destroy?: () => void }
      if (typeof controller?.abort === 'function') controller.abort(reason)
      if (typeof destroy === 'function') destroy.call(source)
      iterator.return?.().catch(ignore)
    },
  }
}

const isWebStream = <Part>(source: PartSource<Part>): source is ReadableStream<Part> =>
  typeof (source as Partial<ReadableStream> | undefined)?.getReader === 'function'
