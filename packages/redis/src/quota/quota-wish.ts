/** What a process asks of the quotas of a partition. */
export interface QuotaWish {
  readonly process: string
  /** Which of its questions this is, from 1. What its client sends twice is answered twice and counts once. */
  readonly turn: number
  /** The last question that was granted and whose answer has arrived in time: what was granted since goes back. */
  readonly heard: number
  /** The epoch in which it was answered last: another one has forgotten what it spent. Empty: it has spent nothing yet. */
  readonly known: string
  /** The name of a new epoch, should one begin. */
  readonly epoch: string
  /** How often it tells that it lives. */
  readonly beatMs: number
  /** In how many milliseconds everybody has told what was spent, after a time in which nobody could. */
  readonly graceMs: number
  readonly quotas: readonly {
    readonly id: string
    readonly permits: number
    readonly periodMs: number
    readonly step: number
    readonly smooth: boolean
    /** The next beginnings of days, in milliseconds since 1970 UTC. */
    readonly resets?: readonly number[]
  }[]
  readonly ops: readonly QuotaOp[]
  /** What it has at work; left out where that is not counted. */
  readonly places?: {
    readonly limit: number
    /** For how long what it has at work counts from now on, without another word. */
    readonly leaseMs: number
    readonly held: number
  }
  /** What to take, by quota, and a place. */
  readonly take?: readonly number[]
  readonly pauseMs: number
}

/** What a process tells. Numbered, so that what is sent twice counts once. */
export interface QuotaOp {
  readonly seq: number
  /** How long ago it was spent. */
  readonly ageMs: number
  /** When it was spent, on the server's clock, where it knows of it. */
  readonly at?: number
  /** By quota: above 0 is spent, below 0 is given back. */
  readonly by: readonly number[]
  /** Whether it was spent then; else what it is more is spent now. */
  readonly spent: boolean
}

/** What the script answers. */
export interface QuotaAnswer {
  readonly kind: 'granted' | 'wait' | 'full' | 'alone' | 'lost' | 'told'
  readonly readyInMs?: number
  /** All places are taken: when to ask again. */
  readonly askInMs?: number
  readonly pausedMs?: number
  readonly epoch: string
  /** How many processes live. */
  readonly processes: number
  /** Whether some of them may not have come back yet. */
  readonly settling: boolean
  /** The server's clock: milliseconds since 1970 UTC. */
  readonly now: number
  /** The last op that counts. */
  readonly seq: number
}
