import type { CallContext } from '../../kernel/call-context.ts'
import { leaseOwner } from '../../primitives/leases.ts'
import type { CircuitAdvice, CircuitCensus } from './circuit-advice.ts'
import type { Circuit } from './circuit.ts'

/** How often a process says what it sees while calls come, and while somebody sees failures, in milliseconds. */
const CALM_MS = 5000
const TROUBLED_MS = 1000
/** For how long it goes by what it heard: twice as long as it takes to hear again. */
const HEARD_MS = 2 * CALM_MS
/** How long a probe waits to hear whether it may go. */
const ASK_MS = 1000
/** How soon to look again whether the answer has come. */
const LOOK_MS = 20
/** How long leave to probe lasts before a call has used it. */
const LEAVE_MS = 1000
/** Who did not use it lets the others ask first, for so many milliseconds. */
const UNUSED_MS = 2000
/** Who waits for another's probe lets that one go first when its lease ends: for up to so many milliseconds. */
const COURTESY_MS = 500

/** What is the same for all partitions of a breaker. */
export interface AdviceSettings {
  /** The breaker's name. */
  readonly policy: string
  readonly advice: CircuitAdvice
  readonly probeLeaseMs: number
  readonly quorumRatio: number
  readonly quorumProcesses: number
}

/** What one partition of this process hears from the others, and tells them. */
export class Advised {
  readonly #settings: AdviceSettings
  readonly #partition: string
  readonly #circuit: Circuit<unknown>
  readonly #owner = leaseOwner()
  #census: CircuitCensus | undefined
  #heardAt = -Infinity
  #toldAt = -Infinity
  #served = false
  /** Until when this process may send a probe that it has not sent. */
  #leaveUntil = -Infinity
  #asking: Promise<number> | undefined
  /** Whether the lease for probes is this process's. */
  #leads = false

  constructor(settings: AdviceSettings, partition: string, circuit: Circuit<unknown>) {
    this.#settings = settings
    this.#partition = partition
    this.#circuit = circuit
  }

  /** What was heard last. */
  get census(): CircuitCensus | undefined {
    return this.#census
  }

  /** Whether so many of the others are failing that one failure of its own is enough. */
  warns(now: number): boolean {
    if (this.#census === undefined || now - this.#heardAt > HEARD_MS) return false
    const { quorumRatio, quorumProcesses } = this.#settings
    const live = this.#census.processes + 1
    return live >= quorumProcesses && this.#census.failing > quorumRatio * live
  }

  /** Whether a call that would be a probe has to {@link ask} first. */
  mustAsk(now: number): boolean {
    return this.#circuit.wouldProbe && now >= this.#leaveUntil
  }

  /**
   * Milliseconds until a call would be admitted, as the circuit alone would say, with leave where that is needed: it is asked
   * for beside the calls, so that none is chosen for this endpoint and then refused.
   */
  readyInMs(now: number, ask: () => void): number {
    if (this.#asking !== undefined) return LOOK_MS
    const ready = this.#circuit.readyInMs(now)
    if (ready > 0 || !this.mustAsk(now)) return ready
    const unusedMs = this.#leaveUntil + UNUSED_MS - now
    if (unusedMs > 0) return unusedMs
    ask()
    return LOOK_MS
  }

  /** A probe is sent. */
  sent(context: CallContext): void {
    this.#leaveUntil = -Infinity
    if (this.#leads) void this.#take(context, this.#settings.probeLeaseMs)
  }

  /** Says what this process sees, if it is time or news. Nobody waits for it. */
  tell(context: CallContext, now: number, news = false): void {
    const troubled = this.#circuit.troubled || (this.#census !== undefined && this.#census.failing > 0)
    const everyMs = troubled ? TROUBLED_MS : CALM_MS
    if (news || now - this.#toldAt >= everyMs) void this.#exchange(context, now)
  }

  /** A call has ended, or a probe lives. */
  settled(context: CallContext, now: number, changed: 'opened' | 'closed' | undefined, served: boolean): void {
    this.#served ||= served
    // Whoever sent this probe sends the next one. After a success the lease matters to nobody: the others hear of it.
    if (changed === 'opened' && this.#leads) void this.#take(context, (this.#circuit.openUntil ?? now) - now)
    if (changed === 'closed') this.#leads = false
    this.tell(context, now, changed !== undefined)
  }

  /**
   * Asks whether this process may send a probe. Meanwhile the circuit is open; afterwards a probe is due, or it is open for
   * as long as the probe of another may take. Resolves with that time in milliseconds.
   */
  ask(context: CallContext, now: number): Promise<number> {
    this.#asking ??= this.#ask(context, now).finally(() => (this.#asking = undefined))
    return this.#asking
  }

  async #ask(context: CallContext, askedAt: number): Promise<number> {
    const { clock } = context.call
    const circuit = this.#circuit
    circuit.postpone(askedAt + ASK_MS)
    const until = circuit.openUntil
    const waitMs = await new Promise<number>((resolve) => {
      // Who hears nothing goes by itself.
      const timer = clock.setTimer(ASK_MS, () => resolve(0))
      const answered = (ms: number): void => {
        timer.cancel()
        resolve(ms)
      }
      void this.#othersProbeMs(context, askedAt).then(answered)
    })
    // Worked by hand meanwhile.
    if (circuit.openUntil !== until) return 0
    const now = clock.now()
    // Whoever asked began before it was answered: for that call, too, the probe is due.
    circuit.postpone(waitMs > 0 ? now + waitMs : askedAt)
    if (waitMs === 0) this.#leaveUntil = now + LEAVE_MS
    return waitMs
  }

  /** 0: it may go. */
  async #othersProbeMs(context: CallContext, now: number): Promise<number> {
    const census = await this.#exchange(context, now)
    // Somebody is served: then it is no outage for all, and each looks for itself.
    if (census === undefined || census.servedMsAgo < now - this.#circuit.openedAt) return 0
    const othersMs = await this.#take(context, LEAVE_MS)
    this.#leads = othersMs === 0
    return othersMs > 0 ? othersMs + COURTESY_MS * context.call.random() : 0
  }

  async #exchange(context: CallContext, now: number): Promise<CircuitCensus | undefined> {
    const sight = { failing: this.#circuit.openedBy === 'failures', served: this.#served }
    this.#toldAt = now
    this.#served = false
    try {
      this.#census = await this.#settings.advice.exchange(this.#partition, sight)
      this.#heardAt = now
      return this.#census
    } catch (thrown) {
      context.report(`${this.#settings.policy}.advice.exchange`, thrown)
      return undefined
    }
  }

  async #take(context: CallContext, leaseMs: number): Promise<number> {
    try {
      return await this.#settings.advice.leases.take(this.#partition, this.#owner, leaseMs)
    } catch (thrown) {
      context.report(`${this.#settings.policy}.advice.take`, thrown)
      return 0
    }
  }
}
