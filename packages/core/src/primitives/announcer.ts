import type { CallContext } from '../kernel/call-context.ts'
import type { CallOrigin } from '../kernel/call.ts'
import type { EventBody, PipelineEvent } from '../kernel/pipeline-event.ts'

/** What may happen before the first call is little: somebody who goes on for longer has no pipeline to tell. */
const KEPT_LIMIT = 1000

/**
 * Publishes what happens to a policy outside of any call, such as a switch thrown by hand. A policy learns from its calls
 * which pipeline it belongs to; what happens before the first one is told when that one comes.
 */
export class Announcer {
  #origin: CallOrigin | undefined
  #kept: EventBody<PipelineEvent>[] = []

  /** The pipeline that the last call came from; `undefined` before the first. */
  get origin(): CallOrigin | undefined {
    return this.#origin
  }

  /** To be told of each call. */
  meet({ call: { origin } }: CallContext): void {
    if (origin === this.#origin) return
    this.#origin = origin
    const kept = this.#kept
    this.#kept = []
    for (const event of kept) this.announce(event)
  }

  announce<E extends PipelineEvent>(event: EventBody<E>): void {
    const origin = this.#origin
    if (origin === undefined) {
      if (this.#kept.length < KEPT_LIMIT) this.#kept.push(event)
    } else if (origin.sink.listening)
      origin.sink.publish({ ...(event as { type: string }), at: origin.clock.now(), pipeline: origin.name })
  }
}
