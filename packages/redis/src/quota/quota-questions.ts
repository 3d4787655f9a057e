import { systemClock, type ConcurrencyPlan, type QuotaPlan, type UnitCosts } from '@spillway/core'
import { randomBytes } from 'node:crypto'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { StoreUnavailableError } from '../connection/store-unavailable-error.ts'
import type { OwnSpendings } from './own-spendings.ts'
import { QUOTA_SCRIPT } from './quota-script.ts'
import type { QuotaAnswer, QuotaOp, QuotaWish } from './quota-wish.ts'
import type { RedisSharedQuotaOptions } from './redis-shared-quota-options.ts'
import type { Untold, UntoldOps } from './untold.ts'

interface QuotaSubject {
  readonly key: string
  readonly plans: readonly QuotaPlan[]
  readonly concurrency: ConcurrencyPlan | undefined
  readonly options: Required<RedisSharedQuotaOptions>
  readonly own: OwnSpendings
  readonly untold: UntoldOps
  /** How many calls this process has at work. */
  readonly held: () => number
  /** Redis has forgotten what was spent: all that counts is to be told. */
  readonly forgotten: () => void
  /** An answer came when nobody waited for it any more: what it grants goes back with the next question. */
  readonly late: () => void
}

/** Asks Redis; without costs it only tells. */
type Ask = (costs?: UnitCosts) => Promise<QuotaAnswer>

/** A Redis that forgets what it was told a moment ago is of no use. */
const MOST_LOSSES = 2
/** So many beats without a word, and something was wrong. */
const BEATS = 3
const clock = systemClock

/** What a process asks of the quotas of a partition: one thing after the other, each with all that Redis should know. */
export class QuotaQuestions {
  readonly beatMs: number
  readonly #redis: RedisConnection
  readonly #subject: QuotaSubject
  readonly #process = randomBytes(9).toString('base64url')
  #turn = 0
  /** The last turn that was granted and heard in time. */
  #heard = 0
  #unsure = false
  /** Until when everybody is to wait, on this process's clock. */
  #pausedUntil = 0
  #pauseTold = true
  /** In which epoch Redis knows what was spent here. */
  #epoch = ''
  #processes = 1
  /** The server's wall clock, less this process's monotonic one. */
  #serverAheadMs: number | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(redis: RedisConnection, subject: QuotaSubject) {
    this.#redis = redis
    this.#subject = subject
    const { options, concurrency } = subject
    this.beatMs = Math.min(options.beatMs, (concurrency?.leaseMs ?? Infinity) / BEATS)
  }

  /** On which channel it hears that it is its turn. */
  get channel(): string {
    return `${this.#subject.key}:${this.#process}`
  }

  /** Whether calls at work are counted. */
  get counted(): boolean {
    return this.#subject.concurrency !== undefined
  }

  /** How many processes spend, as far as is known. */
  get processes(): number {
    return this.#processes
  }

  /** Whether something may have been granted that nobody heard of. */
  get unsure(): boolean {
    return this.#unsure
  }

  pause(pauseMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, clock.now() + pauseMs)
    this.#pauseTold = false
  }

  inTurn<T>(next: (ask: Ask) => Promise<T>): Promise<T> {
    const before = this.#last
    const turn = (async () => {
      await before
      return next((costs) => this.#ask(costs))
    })()
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #ask(costs?: UnitCosts): Promise<QuotaAnswer> {
    const { untold, forgotten } = this.#subject
    for (let losses = 0; losses <= MOST_LOSSES;) {
      const told = untold.next()
      // What is to be taken comes after all that is to be told.
      const all = told.length === untold.size
      const askedAt = clock.now()
      const pausedUntil = this.#pausedUntil
      const answer = await this.#run(told, all ? costs : undefined, askedAt)
      if (answer.kind === 'lost') {
        losses++
        forgotten()
      } else {
        for (const { spending, spent } of told) if (spent) spending.knownAt = answer.now - (askedAt - spending.at)
        untold.heard(answer.seq)
        this.#pauseTold ||= this.#pausedUntil === pausedUntil
        if (all) return answer
      }
    }
    throw new StoreUnavailableError(this.#redis.name, 'forgetful')
  }

  async #run(told: readonly Untold[], costs: UnitCosts | undefined, now: number): Promise<QuotaAnswer> {
    const { key, late } = this.#subject
    const wish = this.#wishOf(told, costs, now)
    // Until it is answered.
    this.#unsure ||= costs !== undefined
    const answer = read(await this.#redis.run(QUOTA_SCRIPT, [key], [JSON.stringify(wish)], late))
    this.#unsure = false
    if (answer.kind === 'granted') this.#heard = wish.turn
    this.#epoch = answer.epoch
    this.#processes = Math.max(answer.settling ? this.#processes : 1, answer.processes)
    this.#serverAheadMs = answer.now - clock.now()
    return answer
  }

  #wishOf(told: readonly Untold[], costs: UnitCosts | undefined, now: number): QuotaWish {
    const { plans, concurrency, own, options, held: atWork } = this.#subject
    const { beatMs } = this
    const held = atWork()
    const known = held > 0 || told.length > 0 || own.all(now).length > 0
    return {
      process: this.#process,
      turn: ++this.#turn,
      heard: this.#heard,
      known: known ? this.#epoch : '',
      epoch: randomBytes(9).toString('base64url'),
      beatMs,
      // Where nobody spends alone, it is enough that all who live have noticed that Redis has forgotten.
      graceMs: BEATS * beatMs + (options.whenDown === 'local' ? this.#redis.returnMs : 0),
      quotas: plans.map((plan) => this.#quotaOf(plan, now)),
      ops: told.map(({ seq, spending, by, spent }): QuotaOp => {
        const at = spending.knownAt === undefined ? {} : { at: spending.knownAt }
        return { seq, ageMs: now - spending.at, ...at, by, spent }
      }),
      pauseMs: this.#pauseTold ? 0 : Math.max(0, this.#pausedUntil - now),
      ...(concurrency && { places: { limit: concurrency.maxConcurrency, leaseMs: concurrency.leaseMs, held } }),
      ...(costs && { take: plans.map(({ unit }) => costs[unit] ?? 0) }),
    }
  }

  #quotaOf({ unit, permits, periodMs, smooth, reset }: QuotaPlan, now: number): QuotaWish['quotas'][number] {
    const quota = { permits, periodMs, step: Math.max(1, periodMs / 200), smooth }
    if (reset === undefined) return { id: `${unit}/${periodMs}`, ...quota }
    // This process's own wall clock is only asked before the server's is known: it may be wrong.
    const serverNow = this.#serverAheadMs === undefined ? clock.wallTime() : now + this.#serverAheadMs
    const first = reset(serverNow)
    return { id: `${unit}/day`, ...quota, resets: [first, reset(first)] }
  }
}

const read = (given: unknown): QuotaAnswer => JSON.parse(String(given)) as QuotaAnswer
