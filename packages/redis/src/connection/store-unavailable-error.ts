import type { SpillwayError, Verdict } from '@spillway/core'

/**
 * Redis did not answer, in time or at all. Its client's error is not the `cause`: that one may quote a password, or what was
 * to be written.
 */
export class StoreUnavailableError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'StoreUnavailableError'
  readonly code = 'ERR_SPILLWAY_STORE_UNAVAILABLE'
  readonly verdict: Verdict = { kind: 'transient', sent: false, billed: 'no' }
  /** `timeout`, `not_connected`, `degraded` (it failed so often that it is not asked), `forgetful`, `disposed`, or the code of an error. */
  readonly reason: string

  /**
   * @param store the connection's name
   * @param reason why
   */
  constructor(store: string, reason: string) {
    super(`${store}: ${MEANINGS[reason] ?? `Redis failed with ${reason}.`}`)
    this.reason = reason
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  timeout: 'Redis did not answer in time. Look at the wire and its load, or raise deadlineMs.',
  not_connected: 'there is no connection to Redis. Look at its address, and whether the client was told to connect().',
  degraded: 'Redis has failed several times in a row and is not asked until a probe is answered.',
  forgetful: 'Redis forgets what it was told a moment ago. Look at its maxmemory-policy.',
  disposed: 'the connection was disposed of.',
}

/** A word that says what went wrong and quotes nothing: Node's code, the code of a reply, or the error's name. */
export const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return typeof thrown
  const { code } = thrown as { code?: unknown }
  if (typeof code === 'string' && CODE.test(code)) return code
  // ioredis gives up on a cluster with words of its own, and puts the reply that says why behind them.
  const message = thrown.message.replace(GIVEN_UP, '')
  if (message === CLOSED) return 'not_connected'
  const [word = ''] = message.split(' ', 1)
  if (CODE.test(word)) return word
  return thrown.name === 'Error' ? thrown.constructor.name : thrown.name
}

const GIVEN_UP = /^Too many Cluster redirections\. Last error: (?:[A-Za-z]*Error: )?/
const CLOSED = 'Connection is closed.'
const CODE = /^[A-Z][A-Z_\d]{2,40}$/
