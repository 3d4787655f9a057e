import { type OpenCall, openCall } from '@spillway/core'
import type { Fetch } from '@spillway/http'

/** One call of a client's method. The client may send several requests for it: they are one call of the pipeline. */
export interface ClientCall {
  /** What the client is to send this call's requests with. */
  readonly fetch: Fetch
  /** Nothing more will be sent. To be called on every way out. */
  end(): void
  /** Closes what is open. */
  abort(reason: unknown): void
}

/** Begins a call; `fetch` is what its caller wants its requests to be sent with, where that is not the client's own. */
export type BeginCall = (fetch?: Fetch) => ClientCall

/** @param through makes a fetch whose requests are parts of a call, and which sends by `fetch` */
export const clientCalls =
  (through: (within: OpenCall, fetch?: Fetch) => Fetch): BeginCall =>
  (fetch) => {
    const within = openCall()
    return {
      fetch: through(within, fetch),
      end: () => within.end(),
      abort: (reason) => within.abort(reason),
    }
  }
