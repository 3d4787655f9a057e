import type { IncomingMessage, ServerResponse } from 'node:http'

/** Where a stream goes. */
export interface StreamTarget {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Called before the first byte: the host keeps its hands off the answer from then on. */
  readonly begin: () => void
}

/** How a stream ended without an error: all of it was handed over, or the client went away. */
export type StreamEnding = 'whole' | 'client_left'
