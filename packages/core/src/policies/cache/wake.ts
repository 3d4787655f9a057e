import type { CallContext } from '../../kernel/call-context.ts'

/** A sleep out of which one may be called. A call while nobody sleeps is not lost: the next sleep ends at once. */
export class Wake {
  #called = false
  #end: (() => void) | undefined

  call(): void {
    this.#called = true
    this.#end?.()
  }

  /** Sleeps for so many milliseconds at most. Resolves with whether the context still lasts. */
  async sleep(ms: number, context: CallContext): Promise<boolean> {
    if (!this.#called && !context.aborted) await this.#untilCalled(ms, context)
    this.#called = false
    return !context.aborted
  }

  #untilCalled(ms: number, context: CallContext): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel()
        stop()
        this.#end = undefined
        resolve()
      }
      const timer = context.call.clock.setTimer(ms, end)
      const stop = context.onAbort(end)
      this.#end = end
    })
  }
}
