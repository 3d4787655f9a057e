/** The end of a context: why it came, and who hears of it. Made when somebody first wants to hear, or when it comes. */
export class Ending {
  #come = false
  #reason: unknown
  #controller: AbortController | undefined
  #listeners: Set<(reason: unknown) => void> | undefined

  get come(): boolean {
    return this.#come
  }

  get reason(): unknown {
    return this.#reason
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#come) this.#controller.abort(this.#reason)
    }
    return this.#controller.signal
  }

  /** Gives back how to stop listening. */
  listen(listener: (reason: unknown) => void): () => void {
    const listeners = (this.#listeners ??= new Set())
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** It has come. Nobody hears of it yet. */
  begin(reason: unknown): void {
    this.#come = true
    this.#reason = reason
  }

  abortSignal(): void {
    this.#controller?.abort(this.#reason)
  }

  /** Those who listen, for the last time. */
  takeListeners(): Iterable<(reason: unknown) => void> {
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    return listeners
  }
}
