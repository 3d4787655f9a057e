import type { CallContext } from '../../kernel/call-context.ts'
import type { Clock, Timer } from '../../kernel/clock.ts'
import type { RejectedError } from '../../kernel/spillway-error.ts'
import { WaitQueue, type Waiter } from '../../primitives/wait-queue.ts'
import { HOUR_MS, HOURS_A_DAY, rankOfLevel, type LoadProfile } from './load-profile.ts'
import { planStart } from './plan-start.ts'
import { ScheduleDisposedError } from './schedule-disposed-error.ts'
import type { ScheduleDeferred, ScheduleStarted } from './schedule-events.ts'

/** How often to look whether the wall clock was set or the profile has changed, while somebody waits. */
const LOOK_AGAIN_MS = 60_000
/** The wall clock and the monotonic clock may drift apart by so much before everything is planned anew. */
const DRIFT_MS = 1000

interface DeferredCallsOptions {
  readonly name: string
  readonly profile: LoadProfile
  readonly calmRank: number
  readonly spreadMs: number
  /** Whether one more may run although it is busy. */
  readonly hasShare: () => boolean
  /** Tells that a call starts. */
  readonly begin: (context: CallContext) => void
}

interface Deferred {
  readonly context: CallContext
  readonly cameAt: number
  readonly latestAt: number
  /** Where in its stretch of time it starts, from 0 to 1: drawn once, so that planning anew moves nobody at random. */
  readonly chance: number
  /** How busy it was when it came. */
  readonly rank: number
  readonly leave: (refusal: RejectedError | undefined) => void
}

/**
 * The calls that wait for a calmer hour. Each has an instant of the monotonic clock at which it starts; one timer serves
 * the first of them. The wall clock only says which hour it is: when it was set, every instant is planned anew.
 */
export class DeferredCalls {
  readonly #options: DeferredCallsOptions
  readonly #byStart = new WaitQueue<Deferred>()
  /** First come, first to get a share. */
  readonly #waiting = new Map<Deferred, Waiter<Deferred>>()
  #timer: Timer | undefined
  #dueAt = Infinity
  /** What the plans rest on: how far the wall clock is ahead of the monotonic one, and the levels of the next day. */
  #aheadMs = 0
  #levels = ''
  #disposed = false

  constructor(options: DeferredCallsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Waits. Resolves when the call starts, or with why it does not. */
  defer(context: CallContext, latestMs: number): Promise<RejectedError | undefined> {
    const { name, profile, calmRank } = this.#options
    const { clock, random } = context.call
    if (this.#disposed) return Promise.resolve(new ScheduleDisposedError(name))
    const cameAt = clock.now()
    const wallTime = clock.wallTime()
    const level = profile.levelAt(wallTime)
    const rank = Math.max(calmRank, rankOfLevel(level))
    const latestAt = cameAt + latestMs
    const chance = random()
    const startAt = this.#startAtOf({ rank, latestAt, chance }, cameAt, wallTime)
    if (this.size === 0) this.#restOn(cameAt, wallTime)
    return new Promise((resolve) => {
      const leave = (refusal: RejectedError | undefined): void => {
        const waiter = this.#waiting.get(call)
        if (waiter === undefined) return
        this.#waiting.delete(call)
        this.#byStart.remove(waiter)
        stop()
        if (this.size === 0) this.#stopTimer()
        resolve(refusal)
      }
      const call: Deferred = { context, cameAt, latestAt, chance, rank, leave }
      this.#waiting.set(call, this.#byStart.add(call, startAt))
      // Nobody sees the refusal of a call that is over: it ends with the reason of its abort.
      const stop = context.onAbort(() => leave(new ScheduleDisposedError(name)))
      if (startAt < this.#dueAt) this.#arm(clock)
      const until = wallTime + startAt - cameAt
      context.emit<ScheduleDeferred>({ type: 'schedule.deferred', policy: name, level, until, waiting: this.size })
    })
  }

  /** Starts those who came first, as far as a share is free while it is busy. */
  serveShares(): void {
    const { hasShare } = this.#options
    for (const call of this.#waiting.keys()) {
      if (!hasShare() || this.#isCalm(call.context.call.clock.wallTime())) return
      this.#start(call, 'share')
    }
  }

  /** Refuses everybody who waits, and whoever would have to. */
  dispose(): void {
    this.#disposed = true
    for (const call of this.#waiting.keys()) call.leave(new ScheduleDisposedError(this.#options.name))
  }

  #isCalm(wallTime: number): boolean {
    return rankOfLevel(this.#options.profile.levelAt(wallTime)) <= this.#options.calmRank
  }

  #startAtOf(
    { rank, latestAt, chance }: Pick<Deferred, 'rank' | 'latestAt' | 'chance'>,
    now: number,
    wallTime: number,
    before = Infinity,
  ): number {
    const { profile, calmRank, spreadMs } = this.#options
    const leftMs = Math.max(0, latestAt - now)
    const plan = planStart(profile, calmRank, wallTime, leftMs)
    // Nothing better comes in time. Calls with the same latest start must not start in one moment either.
    if (plan.rank >= rank) return latestAt - chance * Math.min(spreadMs, leftMs / 2)
    const startAt = Math.min(latestAt, now + plan.inMs + chance * Math.min(spreadMs, plan.lengthMs))
    // In a stretch that has begun, planning anew puts nobody off.
    return plan.inMs > 0 ? startAt : Math.min(before, startAt)
  }

  #start(call: Deferred, why: ScheduleStarted['why']): void {
    const { context, cameAt } = call
    this.#options.begin(context)
    call.leave(undefined)
    const waitedMs = context.call.clock.now() - cameAt
    context.emit<ScheduleStarted>({ type: 'schedule.started', policy: this.#options.name, waitedMs, why })
  }

  #arm(clock: Clock): void {
    this.#stopTimer()
    const first = this.#byStart.first()
    if (first === undefined) return
    const now = clock.now()
    const ms = Math.min(LOOK_AGAIN_MS, first.rank - now)
    this.#dueAt = now + ms
    this.#timer = clock.setTimer(ms, () => this.#wake(clock))
  }

  #stopTimer(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#dueAt = Infinity
  }

  #wake(clock: Clock): void {
    this.#timer = undefined
    try {
      this.#planAgain(clock.now(), clock.wallTime())
      this.serveShares()
    } catch (thrown) {
      // A profile of the user's own broke: the plans stand as they are.
      this.#byStart.first()?.item.context.report(`${this.#options.name}.profile`, thrown)
    }
    for (let first = this.#byStart.first(); first !== undefined; first = this.#byStart.first()) {
      if (first.rank > clock.now()) break
      this.#start(first.item, this.#whyNow(first.item, clock.wallTime() + DRIFT_MS))
    }
    this.#arm(clock)
  }

  #whyNow({ rank }: Deferred, wallTime: number): ScheduleStarted['why'] {
    try {
      if (this.#isCalm(wallTime)) return 'calm'
      return rankOfLevel(this.#options.profile.levelAt(wallTime)) < rank ? 'calmer' : 'latest_start'
    } catch {
      return 'latest_start'
    }
  }

  #planAgain(now: number, wallTime: number): void {
    const aheadMs = this.#aheadMs
    const levels = this.#levels
    this.#restOn(now, wallTime)
    if (Math.abs(this.#aheadMs - aheadMs) < DRIFT_MS && this.#levels === levels) {
      this.#aheadMs = aheadMs
      return
    }
    for (const [call, { rank: before }] of this.#waiting) {
      const startAt = this.#startAtOf(call, now, wallTime, before)
      this.#byStart.remove(this.#waiting.get(call) as Waiter<Deferred>)
      this.#waiting.set(call, this.#byStart.add(call, startAt))
    }
  }

  #restOn(now: number, wallTime: number): void {
    this.#aheadMs = wallTime - now
    const hours = Array.from({ length: HOURS_A_DAY }, (_, i) => this.#options.profile.levelAt(wallTime + i * HOUR_MS))
    this.#levels = hours.join()
  }
}
