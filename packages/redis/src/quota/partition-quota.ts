import {
  systemClock,
  type ConcurrencyPlan,
  type QuotaPlan,
  type SharedAnswer,
  type SharedGrant,
  type SharedQuota,
  type Timer,
  type UnitCosts,
} from '@spillway/core'
import type { RedisConnection } from '../connection/redis-connection.ts'
import { OwnSpendings, type Spending } from './own-spendings.ts'
import { QuotaQuestions } from './quota-questions.ts'
import type { RedisSharedQuotaOptions } from './redis-shared-quota-options.ts'
import { TurnListener } from './turn-listener.ts'
import { UntoldOps } from './untold.ts'

interface Grant extends SharedGrant {
  readonly spending: Spending
  /** Whether it takes a place. */
  atWork: boolean
}

const clock = systemClock

/** The quotas of one partition, as one process has them. */
export class PartitionQuota implements SharedQuota {
  readonly #plans: readonly QuotaPlan[]
  readonly #options: Required<RedisSharedQuotaOptions>
  readonly #own: OwnSpendings
  readonly #untold = new UntoldOps()
  readonly #questions: QuotaQuestions
  readonly #turns: TurnListener
  /** How many calls are at work. */
  #held = 0
  /** How many wait for an answer: they tell what there is to tell. */
  #taking = 0
  #beat: Timer | undefined
  #telling = false
  #disposed = false

  constructor(
    redis: RedisConnection,
    partition: string,
    plans: readonly QuotaPlan[],
    concurrency: ConcurrencyPlan | undefined,
    options: Required<RedisSharedQuotaOptions>,
    freed: () => void,
  ) {
    this.#plans = plans
    this.#options = options
    this.#own = new OwnSpendings(Math.max(0, ...plans.map(({ periodMs }) => periodMs)))
    this.#questions = new QuotaQuestions(redis, {
      key: redis.keyOf('quota', JSON.stringify([options.name, partition])),
      plans,
      concurrency,
      options,
      own: this.#own,
      untold: this.#untold,
      held: () => this.#held,
      forgotten: () => this.#tellAll(),
      late: () => this.#tellSoon(),
    })
    this.#turns = new TurnListener(redis, this.#questions.channel, freed)
  }

  get share(): number {
    const { whenDown, share } = this.#options
    return whenDown === 'refuse' ? 0 : (share ?? 1 / this.#questions.processes)
  }

  async take(costs: UnitCosts): Promise<SharedAnswer> {
    this.#taking++
    try {
      return await this.#questions.inTurn(async (ask) => {
        const { kind, now, readyInMs = 0, pausedMs, askInMs = 0 } = await ask(costs)
        if (kind === 'granted') return { kind, grant: this.#granted(costs, now) }
        if (kind === 'full') {
          if (!this.#disposed) this.#turns.waits()
          return { kind, askInMs }
        }
        if (kind === 'alone' && this.#options.whenDown === 'local') return { kind }
        return { kind: 'wait', readyInMs, ...(pausedMs === undefined ? {} : { pausedMs }) }
      })
    } finally {
      this.#taking--
      this.#live()
    }
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

  end(grant: SharedGrant): void {
    const own = grant as Grant
    if (!own.atWork) return
    own.atWork = false
    this.#held--
    this.#tellSoon()
  }

  pause(pauseMs: number): void {
    this.#questions.pause(pauseMs)
    this.#tellSoon()
  }

  dispose(): void {
    this.#disposed = true
    this.#turns.end()
    // What is still at work goes on counting.
    if (this.#held > 0) return
    this.#beat?.cancel()
    this.#beat = undefined
  }

  #granted(costs: UnitCosts, knownAt?: number): Grant {
    const spending = this.#own.add(clock.now(), costs, knownAt)
    const atWork = this.#questions.counted
    if (atWork) this.#held++
    this.#live()
    return { costs, spending, atWork }
  }

  #tell(spending: Spending, costs: UnitCosts, spent: boolean): void {
    const by = this.#plans.map(({ unit }) => costs[unit] ?? 0)
    const now = clock.now()
    this.#untold.add(spending, by, spent, (each) => this.#own.counts(each, now))
  }

  /** Nobody waits for it: what cannot be told now is told with the next question, or the next beat. */
  #tellSoon(): void {
    this.#live()
    if (this.#telling) return
    this.#telling = true
    this.#questions
      .inTurn(async (ask) => {
        this.#telling = false
        if (this.#taking === 0) await ask()
      })
      .catch(() => undefined)
  }

  /** Beats as long as something is spent, or at work, that the others should know of. */
  #live(): void {
    if (this.#beat !== undefined || (this.#disposed && this.#held === 0)) return
    this.#beat = clock.setTimer(this.#questions.beatMs, () => {
      this.#beat = undefined
      const { unsure } = this.#questions
      if (this.#held > 0 || unsure || this.#untold.size > 0 || this.#own.all(clock.now()).length > 0) this.#tellSoon()
    })
    this.#beat.unref()
  }

  /** Redis has forgotten: it is told all that still counts. */
  #tellAll(): void {
    this.#untold.clear()
    for (const spending of this.#own.all(clock.now())) {
      spending.knownAt = undefined
      this.#tell(spending, spending.costs, true)
    }
  }
}
