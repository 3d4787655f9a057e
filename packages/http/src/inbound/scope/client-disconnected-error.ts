import type { SpillwayError, Verdict } from '@spillway/core'

/** The client went away before its answer was whole. The reason of the request's signal; nobody is left to answer. */
export class ClientDisconnectedError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'ClientDisconnectedError'
  readonly code = 'ERR_SPILLWAY_CLIENT_DISCONNECTED'
  readonly verdict: Verdict = { kind: 'canceled' }

  constructor() {
    super('The client went away before its answer was whole.')
  }
}
