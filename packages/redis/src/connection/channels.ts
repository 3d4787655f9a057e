import type { OpenSubscriber, Subscriber } from './subscriber.ts'

/** What is said on channels, to those who listen: on a connection that is there only while somebody does. */
export class Channels {
  readonly #open: OpenSubscriber | undefined
  readonly #listeners = new Map<string, Set<() => void>>()
  #subscriber: Subscriber | undefined

  constructor(open: OpenSubscriber | undefined) {
    this.#open = open
  }

  /** The answer stops it. */
  listen(channel: string, listener: () => void): () => void {
    // Its own, however often the same function listens.
    const own = (): void => listener()
    const listeners = this.#listeners.get(channel) ?? new Set()
    if (listeners.size === 0) {
      this.#listeners.set(channel, listeners)
      this.#subscriber ??= this.#open?.((heard) => this.#tell(heard))
      this.#subscriber?.subscribe(channel)
    }
    listeners.add(own)
    return () => {
      if (listeners.delete(own) && listeners.size === 0) this.#leave(channel)
    }
  }

  close(): void {
    // A connection that is not ours alone stays.
    for (const channel of this.#listeners.keys()) this.#subscriber?.unsubscribe(channel)
    this.#listeners.clear()
    this.#subscriber?.close()
    this.#subscriber = undefined
  }

  #leave(channel: string): void {
    // Left already, with all others, when it was closed.
    if (!this.#listeners.delete(channel)) return
    this.#subscriber?.unsubscribe(channel)
    if (this.#listeners.size === 0) this.close()
  }

  #tell(channel: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener()
  }
}
