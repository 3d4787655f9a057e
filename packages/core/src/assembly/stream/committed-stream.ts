import type { Body } from '../../kernel/body.ts'
import type { CallContext } from '../../kernel/call-context.ts'
import { judgeError } from '../../kernel/classifier.ts'
import { aborted } from '../../kernel/gate-run.ts'
import { failure, success, type Failure, type Outcome } from '../../kernel/outcome.ts'
import { CANCELED } from '../../kernel/verdict.ts'
import type { PartWatch } from './part-watch.ts'
import { StreamTruncatedError } from './stream-truncated-error.ts'
import type { StreamParts } from './stream-parts.ts'

type Result<T> = IteratorResult<T, undefined>

const END: Result<never> = { done: true, value: undefined }

/**
 * What the caller reads after the commit: what was held back, then the rest as it is asked for, one part at a time. The
 * attempt lasts until this has ended.
 */
export class CommittedStream<T> implements AsyncIterableIterator<T, undefined> {
  readonly #context: CallContext
  readonly #parts: StreamParts<T>
  readonly #watch: PartWatch<T>
  readonly #body: Body
  readonly #stop: () => void
  #held: T[]
  #paused = true
  #ended = false
  /** What ended it, until the reader has heard of it. */
  #broke: Failure | undefined
  /** Frees a reader that waits for the next part. */
  #wake: (() => void) | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(context: CallContext, parts: StreamParts<T>, watch: PartWatch<T>, held: T[]) {
    this.#context = context
    this.#parts = parts
    this.#watch = watch
    this.#held = held
    this.#body = context.openBody()
    context.progress('content')
    context.progress('paused')
    this.#stop = context.onAbort((reason) => {
      this.#end(watch.complete ? success(undefined) : aborted(reason))
      parts.close(reason)
    })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** One after the other, also for a reader that asks twice. */
  next(): Promise<Result<T>> {
    const result = this.#queue.then(() => this.#step())
    this.#queue = result.catch(() => {})
    return result
  }

  /** The reader leaves: the attempt ends, and its signal with it, which closes the socket. */
  return(): Promise<Result<T>> {
    if (!this.#ended) {
      const closed = new DOMException('The stream was closed by its reader.', 'AbortError')
      this.#end(this.#watch.complete ? success(undefined) : failure(closed, CANCELED))
      this.#broke = undefined
      this.#parts.close(closed)
      this.#context.abort(closed)
    }
    return Promise.resolve(END)
  }

  async #step(): Promise<Result<T>> {
    if (this.#ended) return this.#afterEnd()
    if (this.#held.length > 0) return { done: false, value: this.#held.shift() as T }
    if (this.#paused) {
      this.#paused = false
      this.#context.progress('resumed')
    }
    let part: IteratorResult<T, unknown> | undefined
    try {
      part = await this.#nextPart()
    } catch (error) {
      return this.#failed(error)
    }
    if (part === undefined) return this.#afterEnd()
    if (part.done === true) return this.#finished()
    if (this.#watch.see(part.value)) {
      this.#context.progress('content')
      this.#context.progress('paused')
      this.#paused = true
    }
    return { done: false, value: part.value }
  }

  /** `undefined` when the stream was ended from elsewhere first. */
  #nextPart(): Promise<IteratorResult<T, unknown> | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined)
      this.#parts.next().then(resolve, reject)
    })
  }

  #finished(): Result<T> {
    if (this.#watch.mayEnd) {
      this.#end(success(undefined))
      return END
    }
    return this.#failed(new StreamTruncatedError(this.#watch.contentParts))
  }

  #failed(error: unknown): Result<T> {
    if (!this.#ended) {
      // Whoever has the whole answer does not mind how the connection ended.
      const whole = this.#watch.complete
      this.#end(whole ? success(undefined) : failure(error, judgeError(error, this.#context)))
    }
    return this.#afterEnd()
  }

  /** The reader hears once what ended the stream. */
  #afterEnd(): Result<T> {
    const broke = this.#broke
    this.#broke = undefined
    if (broke !== undefined) throw broke.error
    return END
  }

  #end(outcome: Outcome<unknown>): void {
    if (this.#ended) return
    this.#ended = true
    this.#held = []
    if (!outcome.ok) this.#broke = outcome
    this.#stop()
    this.#body.end(outcome)
    this.#wake?.()
  }
}
