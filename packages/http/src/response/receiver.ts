import type { CallContext, Verdict } from '@spillway/core'
import type { Protocol } from '../protocol.ts'
import type { OutgoingRequest } from '../request/outgoing-request.ts'

/** One attempt's answer on its way to the caller. */
export interface Receiver {
  readonly protocol: Protocol
  readonly request: OutgoingRequest
  readonly context: CallContext
  /** How much of an answer, or of one event, is kept. */
  readonly maxAnswerBytes: number
  /** Remembers the verdict on an answer that is handed over all the same. */
  readonly judge: (response: Response, verdict: Verdict) => void
}

/** A complete answer without the result. */
export const EMPTY: Verdict = { kind: 'empty', sent: true, billed: 'unknown', scope: 'model' }
