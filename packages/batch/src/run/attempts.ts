import type { VerdictKind } from '@spillway/core'
import type { ItemRecord } from '../journal/records.ts'
import type { AttemptEnd, AttemptListener } from '../make/make.ts'
import type { RunState } from './run-state.ts'
import type { Stoppable } from './stopping.ts'

/** Verdicts that only an answer has. */
const ANSWERED: ReadonlySet<VerdictKind> = new Set(['empty', 'request_failed'])

type Sent = Parameters<AttemptListener['sending']>[0]

/** A request that is at work. */
interface OpenAttempt {
  readonly handle: number
  readonly endpoint: string
  readonly sentAt: number
  readonly expectedCost: number
  /** Whether it counts as paid for, although it has not ended. */
  counted: boolean
}

/** Writes down an item's requests: before each leaves, and when it has ended. */
export class Attempts implements AttemptListener, Stoppable {
  /** Whether no request was sent because the run has stopped. */
  refused = false
  /** What could not be written down. */
  fatal: Error | undefined
  /** What the provider calls the end of the last request. */
  code: string | undefined
  readonly #run: RunState
  readonly #item: ItemRecord
  readonly #open = new Set<OpenAttempt>()
  #unknown = false
  #answered = false
  #held: number | undefined
  #number: number

  constructor(run: RunState, item: ItemRecord) {
    this.#run = run
    this.#item = item
    this.#number = item.attempts
  }

  /** Whether a request has left of which nobody knows whether it was served. */
  get mayBeMade(): boolean {
    return this.#unknown || this.#open.size > 0
  }

  get isOut(): boolean {
    return this.#open.size > 0 || this.#answered
  }

  async queueing({ stands }: { readonly stands: boolean }): Promise<boolean> {
    const { options, budget, stopping } = this.#run
    const expectedCost = options.estimateCost(this.#item)
    if (stands) budget.reserve(expectedCost)
    else if (
      !this.#goesOn(await this.#given(budget.hold(expectedCost, () => stopping.reason !== undefined)), expectedCost)
    )
      return false
    this.#held = expectedCost
    return true
  }

  /**
   * The item has ended. What was kept for it while it was in line is free again, and a request of which nothing was heard
   * until now counts as paid for: nobody waits for what may never be told.
   */
  release(): void {
    const { budget } = this.#run
    if (this.#held !== undefined) budget.settle(this.#held, 0)
    this.#held = undefined
    for (const attempt of this.#open) {
      budget.settle(attempt.expectedCost, attempt.expectedCost)
      attempt.counted = true
    }
  }

  sending(sent: Sent): void | Promise<void> {
    const { options, budget, stopping } = this.#run
    const expectedCost = options.estimateCost(this.#item)
    if (sent.at !== undefined) {
      budget.reserve(expectedCost)
      return this.#send(sent, expectedCost)
    }
    const claimed = budget.claim(expectedCost, () => stopping.reason !== undefined)
    if (typeof claimed === 'boolean') return this.#sendIf(claimed, sent, expectedCost)
    return this.#given(claimed).then((given) => this.#sendIf(given, sent, expectedCost))
  }

  /** Says that the item waits for money, as long as it does. */
  async #given(claimed: boolean | Promise<boolean>): Promise<boolean> {
    if (typeof claimed === 'boolean') return claimed
    const { id } = this.#item
    this.#run.tell({ type: 'item.waiting', id, reason: 'cost' })
    const given = await claimed
    this.#run.tell({ type: 'item.waited', id })
    return given
  }

  #sendIf(claimed: boolean, sent: Sent, expectedCost: number): void {
    if (this.#goesOn(claimed, expectedCost)) return this.#send(sent, expectedCost)
    throw new Error('The run has stopped: nothing is sent any more.')
  }

  /** Without a reason to stop, each request of an item may be followed by others; with one, none. */
  #goesOn(claimed: boolean, expectedCost: number): boolean {
    const { budget, stopping } = this.#run
    if (!claimed) stopping.stop('cost')
    if (stopping.reason === undefined) return true
    if (claimed) budget.settle(expectedCost, 0)
    this.refused = true
    return false
  }

  /** What it should cost is kept by now. */
  #send({ endpoint, model, at: leftAt }: Sent, expectedCost: number): void {
    const { options, journal, write, tell, atStep } = this.#run
    const now = options.clock.wallTime()
    const at = leftAt ?? now
    const sentAt = options.clock.now() - (now - at)
    const handle = this.#guarded(() => write(() => journal.sent(this.#item.seq, { endpoint, model, at, expectedCost })))
    this.#open.add({ handle, endpoint, sentAt, expectedCost, counted: false })
    tell({ type: 'item.sent', id: this.#item.id, attempt: ++this.#number, endpoint, model })
    atStep('sent')
  }

  ended(end: AttemptEnd): void {
    const { options, journal, budget, stopping, write, tell } = this.#run
    const attempt = this.#which(end.endpoint, options.clock.now() - end.tookMs)
    if (attempt === undefined || stopping.over) return
    this.#open.delete(attempt)
    this.code = end.code
    this.#answered = end.verdict === 'success'
    stopping.requestEnded()
    // An answer without a picture is known to have none, whatever it costs.
    if (end.billed === 'unknown' && !ANSWERED.has(end.verdict)) this.#unknown = true
    const cost = end.cost ?? (end.billed === 'no' ? 0 : attempt.expectedCost)
    if (attempt.counted) budget.correct(cost - attempt.expectedCost)
    else budget.settle(attempt.expectedCost, cost)
    // With the time that it took, whenever it is told of.
    const endedAt = options.clock.wallTime() - (options.clock.now() - attempt.sentAt - end.tookMs)
    this.#guarded(() => write(() => journal.attemptEnded(attempt.handle, end, cost, Math.round(endedAt))))
    const { endpoint, verdict, status, billed, tookMs } = end
    const told = { endpoint, verdict, billed, tookMs, cost, ...(status !== undefined && { status }) }
    tell({ type: 'attempt.ended', id: this.#item.id, ...told })
  }

  /** Of the attempts at the endpoint, that which was sent nearest to that time. */
  #which(endpoint: string, sentAt: number): OpenAttempt | undefined {
    return [...this.#open]
      .filter((attempt) => attempt.endpoint === endpoint)
      .toSorted((a, b) => Math.abs(a.sentAt - sentAt) - Math.abs(b.sentAt - sentAt))[0]
  }

  /** A journal that cannot be written ends the run: what is not written down is not sent, whatever the maker makes of it. */
  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.fatal ??= error as Error
      throw error
    }
  }
}
