import { TaskCancelledError } from 'cockatiel'
import type { SpillwayError } from '../../kernel/spillway-error.ts'
import type { Verdict } from '../../kernel/verdict.ts'

/** Which limit passed. */
export type TimeoutPhase =
  /** The whole call, retries and waits included. */
  | 'total'
  /** One attempt. */
  | 'attempt'
  /** The time until the connection of an attempt stands. */
  | 'connect'
  /** The time to the first content of an attempt. */
  | 'first_byte'
  /** The silence between two parts of a stream. */
  | 'idle'

const WHAT: Record<TimeoutPhase, string> = {
  total: 'The call took longer than',
  attempt: 'The attempt took longer than',
  connect: 'No connection stood within',
  first_byte: 'No content came within',
  idle: 'The stream was silent for',
}

const SENT: Verdict = { kind: 'transient', sent: true, billed: 'unknown', code: 'timeout' }
/** Without a connection there is no request. */
const NOT_SENT: Verdict = { kind: 'transient', sent: false, billed: 'no', code: 'timeout' }

/** A limit passed. Extends cockatiel's `TaskCancelledError`, so that `isTaskCancelledError` keeps working. */
export class TimeoutExceededError extends TaskCancelledError implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'TimeoutExceededError'
  readonly code = 'ERR_SPILLWAY_TIMEOUT_EXCEEDED'
  readonly verdict: Verdict
  readonly phase: TimeoutPhase
  readonly limitMs: number

  /**
   * @param phase which limit
   * @param limitMs its length in milliseconds
   * @param cause what the last attempt failed with before, where the limit is of the whole call
   */
  constructor(phase: TimeoutPhase, limitMs: number, cause?: unknown) {
    // "timed out" would make the openai client take it for its own.
    super(`${WHAT[phase]} ${limitMs} ms.`)
    this.phase = phase
    this.limitMs = limitMs
    this.verdict = phase === 'connect' ? NOT_SENT : SENT
    if (cause !== undefined) this.cause = cause
  }
}
