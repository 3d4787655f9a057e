import type { Clock } from '@spillway/core'

/** A longer wait is nonsense or an attack: a day later the feed is asked again. */
const LONGEST_WAIT_MS = 86_400_000
/** A refusal that names no time, as GitHub's second limit does: a minute, doubled for each further one. */
const FIRST_WAIT_MS = 60_000
const LONGEST_GUESS_MS = 3_600_000
/** Answers by which a server says that it is asked too often. */
const REFUSALS = new Set([403, 429, 503])

/** Keeps a feed from asking while its server wants to be left alone. */
export class ServerWait {
  readonly #clock: Clock
  #until = -Infinity
  #refusals = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds until it may be asked again; 0: now. */
  get leftMs(): number {
    return Math.max(0, this.#until - this.#clock.now())
  }

  /** Takes in what an answer says of when to come again: also one that was served, with the last of a quota. */
  learn({ status, headers }: Response): void {
    const refused = REFUSALS.has(status)
    this.#refusals = refused ? this.#refusals + 1 : 0
    const guess = refused ? Math.min(FIRST_WAIT_MS * 2 ** (this.#refusals - 1), LONGEST_GUESS_MS) : 0
    const asked =
      (refused ? retryAfterMs(headers, this.#now(headers)) : undefined) ?? spentMs(headers, this.#now(headers))
    this.#until = this.#clock.now() + Math.min(asked ?? guess, LONGEST_WAIT_MS)
  }

  /** By the server's own clock where it tells its time: ours may be wrong. */
  #now(headers: Headers): number {
    return dateOf(headers.get('date')) ?? this.#clock.wallTime()
  }
}

const retryAfterMs = (headers: Headers, now: number): number | undefined => {
  const text = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1000
  const date = dateOf(text)
  return date === undefined ? undefined : Math.max(0, date - now)
}

/** When a spent quota is whole again, in seconds since 1970 as GitHub writes it. */
const spentMs = (headers: Headers, now: number): number | undefined => {
  const reset = headers.get('x-ratelimit-reset') ?? ''
  if (headers.get('x-ratelimit-remaining') !== '0' || !/^\d{9,12}$/.test(reset)) return undefined
  return Math.max(0, Number(reset) * 1000 - now)
}

/** Only what HTTP calls a date: `Date.parse` takes "1, 2" for a day in 2001. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/

const dateOf = (text: string | null): number | undefined => {
  const date = text !== null && HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : date
}
