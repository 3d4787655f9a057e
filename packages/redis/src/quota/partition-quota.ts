import {
  systemClock,
  type QuotaPlan,
  type SharedAnswer,
  type SharedGrant,
  type SharedQuota,
  type Timer,
  type UnitCosts,
} from '@spillway/core'
import { randomBytes } from 'node:crypto'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { StoreUnavailableError } from '../connection/store-unavailable-error.ts'
import { OwnSpendings, type Spending } from './own-spendings.ts'
import { QUOTA_SCRIPT, type QuotaAnswer, type QuotaOp, type QuotaWish } from './quota-script.ts'
import type { RedisSharedQuotaOptions } from './redis-shared-quota-options.ts'

interface Grant extends SharedGrant {
  readonly spending: Spending
}

/** What is to be told, and has not been heard for sure. */
interface Untold {
  readonly seq: number
  readonly spending: Spending
  readonly by: readonly number[]
  readonly spent: boolean
}

/** A Redis that forgets what it was told a moment ago is of no use. */
const MOST_LOSSES = 2
/** How much is told in one step, so that none takes long. */
const MOST_OPS = 200
/** So many beats without a word, and something was wrong. */
const BEATS = 3
const clock = systemClock

/** The quotas of one partition, as one process has them. Asks one thing after the other. */
export class PartitionQuota implements SharedQuota {
  readonly #redis: RedisConnection
  readonly #key: string
  readonly #plans: readonly QuotaPlan[]
  readonly #options: Required<RedisSharedQuotaOptions>
  readonly #process = randomBytes(9).toString('base64url')
  readonly #own: OwnSpendings
  #untold: Untold[] = []
  #seq = 0
  /** Until when everybody is to wait, on this process's clock. */
  #pausedUntil = 0
  #pauseTold = true
  /** In which epoch Redis knows what was spent here. */
  #epoch = ''
  #processes = 1
  /** The server's wall clock, less this process's monotonic one. */
  #serverAheadMs: number | undefined
  #last: Promise<unknown> = Promise.resolve()
  #beat: Timer | undefined
  #telling = false
  #disposed = false

  constructor(
    redis: RedisConnection,
    partition: string,
    plans: readonly QuotaPlan[],
    options: Required<RedisSharedQuotaOptions>,
  ) {
    this.#redis = redis
    this.#key = redis.keyOf('quota', JSON.stringify([options.name, partition]))
    this.#plans = plans
    this.#options = options
    this.#own = new OwnSpendings(Math.max(0, ...plans.map(({ periodMs }) => periodMs)))
  }

  get share(): number {
    const { whenDown, share } = this.#options
    return whenDown === 'refuse' ? 0 : (share ?? 1 / this.#processes)
  }

  take(costs: UnitCosts): Promise<SharedAnswer> {
    return this.#inTurn(async () => {
      const { kind, now, readyInMs = 0, pausedMs } = await this.#ask(costs)
      if (kind === 'granted') return { kind, grant: this.#granted(costs, now) }
      if (kind === 'alone' && this.#options.whenDown === 'local') return { kind }
      return { kind: 'wait', readyInMs, ...(pausedMs === undefined ? {} : { pausedMs }) }
    })
  }

  spent(costs: UnitCosts): Grant {
    const grant = this.#granted(costs)
    this.#tell(grant.spending, costs, true)
    this.#tellSoon()
    return grant
  }

  settle(grant: SharedGrant, used: UnitCosts): void {
    const { spending } = grant as Grant
    const by: Record<string, number> = {}
    for (const [unit, cost] of Object.entries(used)) {
      by[unit] = cost - (grant.costs[unit] ?? 0)
      spending.costs[unit] = (spending.costs[unit] ?? 0) + by[unit]
    }
    if (Object.values(by).every((each) => each === 0)) return
    this.#tell(spending, by, false)
    this.#tellSoon()
  }

  pause(pauseMs: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, clock.now() + pauseMs)
    this.#pauseTold = false
    this.#tellSoon()
  }

  dispose(): void {
    this.#disposed = true
    this.#beat?.cancel()
  }

  #granted(costs: UnitCosts, knownAt?: number): Grant {
    const spending = this.#own.add(clock.now(), costs, knownAt)
    this.#live()
    return { costs, spending }
  }

  #tell(spending: Spending, costs: UnitCosts, spent: boolean): void {
    const by = this.#plans.map(({ unit }) => costs[unit] ?? 0)
    this.#untold.push({ seq: ++this.#seq, spending, by, spent })
    // In a long outage much is spent alone that counts no more when it is over.
    if (this.#untold.length % 1000 === 0) {
      const now = clock.now()
      this.#untold = this.#untold.filter((each) => this.#own.counts(each.spending, now))
    }
  }

  /** Nobody waits for it: what cannot be told now is told with the next question, or the next beat. */
  #tellSoon(): void {
    this.#live()
    if (this.#telling) return
    this.#telling = true
    this.#inTurn(() => {
      this.#telling = false
      return this.#ask()
    }).catch(() => undefined)
  }

  /** Beats as long as something is spent that the others should know of. */
  #live(): void {
    if (this.#beat !== undefined || this.#disposed) return
    this.#beat = clock.setTimer(this.#options.beatMs, () => {
      this.#beat = undefined
      if (this.#own.all(clock.now()).length > 0 || this.#untold.length > 0) this.#tellSoon()
    })
    this.#beat.unref()
  }

  #inTurn<T>(next: () => Promise<T>): Promise<T> {
    const before = this.#last
    const turn = (async () => {
      await before
      return next()
    })()
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** @param costs what to take; `undefined`: only tells */
  async #ask(costs?: UnitCosts): Promise<QuotaAnswer> {
    for (let losses = 0; losses <= MOST_LOSSES;) {
      const told = this.#untold.slice(0, MOST_OPS)
      // What is to be taken comes after all that is to be told.
      const all = told.length === this.#untold.length
      const askedAt = clock.now()
      const pausedUntil = this.#pausedUntil
      const answer = await this.#run(told, all ? costs : undefined, askedAt)
      if (answer.kind === 'lost') {
        losses++
        this.#tellAll()
      } else {
        for (const { spending, spent } of told) if (spent) spending.knownAt = answer.now - (askedAt - spending.at)
        this.#untold = this.#untold.filter(({ seq }) => seq > answer.seq)
        this.#pauseTold ||= this.#pausedUntil === pausedUntil
        if (all) return answer
      }
    }
    throw new StoreUnavailableError(this.#redis.name, 'forgetful')
  }

  async #run(told: readonly Untold[], costs: UnitCosts | undefined, now: number): Promise<QuotaAnswer> {
    const { beatMs, whenDown } = this.#options
    const spent = this.#own.all(now).length > 0 || told.length > 0
    const wish: QuotaWish = {
      process: this.#process,
      known: spent ? this.#epoch : '',
      epoch: randomBytes(9).toString('base64url'),
      beatMs,
      // Where nobody spends alone, it is enough that all who live have noticed that Redis has forgotten.
      graceMs: BEATS * beatMs + (whenDown === 'local' ? this.#redis.returnMs : 0),
      quotas: this.#plans.map((plan) => this.#quotaOf(plan, now)),
      ops: told.map(({ seq, spending, by, spent: then }): QuotaOp => {
        const at = spending.knownAt === undefined ? {} : { at: spending.knownAt }
        return { seq, ageMs: now - spending.at, ...at, by, spent: then }
      }),
      pauseMs: this.#pauseTold ? 0 : Math.max(0, this.#pausedUntil - now),
      ...(costs === undefined ? {} : { take: this.#plans.map(({ unit }) => costs[unit] ?? 0) }),
    }
    const late = (given: unknown): void => this.#late(read(given), costs)
    const answer = read(await this.#redis.run(QUOTA_SCRIPT, [this.#key], [JSON.stringify(wish)], late))
    this.#epoch = answer.epoch
    this.#processes = Math.max(answer.settling ? this.#processes : 1, answer.processes)
    this.#serverAheadMs = answer.now - clock.now()
    return answer
  }

  /** Nobody waits for it any more: a permit goes back. */
  #late({ kind, epoch, now }: QuotaAnswer, costs: UnitCosts | undefined): void {
    this.#epoch = epoch
    if (kind !== 'granted' || costs === undefined || this.#disposed) return
    this.settle(this.#granted(costs, now), Object.fromEntries(Object.keys(costs).map((unit) => [unit, 0])))
  }

  /** Redis has forgotten: it is told all that still counts. */
  #tellAll(): void {
    this.#untold = []
    for (const spending of this.#own.all(clock.now())) {
      spending.knownAt = undefined
      this.#tell(spending, spending.costs, true)
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
