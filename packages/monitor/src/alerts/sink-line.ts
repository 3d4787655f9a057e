import type { AlertSink, Notice } from './notice.ts'

/** A sink that is slow is told of the newest: what is older than so many notices is no news. */
const LINE_LIMIT = 100

/** The notices that wait for one sink, one after the other. */
export class SinkLine {
  readonly #sink: AlertSink
  readonly #lost: (sink: string, errorName: string) => void
  readonly #end = new AbortController()
  #waiting: Notice[] = []
  #sending: Promise<void> | undefined

  /** @param lost told of every notice that does not arrive */
  constructor(sink: AlertSink, lost: (sink: string, errorName: string) => void) {
    this.#sink = sink
    this.#lost = lost
  }

  /** Resolves when none waits and none is being sent. */
  get idle(): Promise<void> {
    return this.#sending ?? Promise.resolve()
  }

  add(notice: Notice): void {
    if (this.#end.signal.aborted) return
    if (this.#waiting.push(notice) > LINE_LIMIT) {
      this.#waiting.shift()
      this.#lost(this.#sink.name, 'Crowded')
    }
    this.#sending ??= this.#sendAll()
  }

  dispose(): void {
    this.#waiting = []
    this.#end.abort()
  }

  async #sendAll(): Promise<void> {
    // A turn later: what a sink does at once is not done in the middle of the monitor's look.
    await Promise.resolve()
    const { signal } = this.#end
    for (let notice = this.#waiting.shift(); notice !== undefined; notice = this.#waiting.shift())
      try {
        await this.#sink.send(notice, signal)
      } catch (error) {
        if (!signal.aborted) this.#lost(this.#sink.name, error instanceof Error ? error.name : typeof error)
      }
    this.#sending = undefined
  }
}
