// Every interleaving of runs and workers that are killed, frozen, cut off, stopped and started again, over the rules by
// which BullMQ keeps jobs and locks: whatever happens, an item is paid for once, and its end is known.
import { setImmediate as turn } from 'node:timers/promises'
import { array, assert, asyncProperty, boolean, constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check'
import type { AttemptEnd, Make } from '@spillway/batch'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { handOver } from '../handover/hand-over.ts'
import { QueueServer, type Wire } from './__fixtures__/queue-server.ts'
import { holdItem } from './held-item.ts'
import { unknownIdOf, type ResultData } from './job-data.ts'
import { clearAway, lineUp, withdraw } from './line.ts'
import { workItem } from './work-item.ts'

const ID = 'i1'
const ITEM = { id: 'fox', line: 1, fingerprint: 'print', prompt: 'a fox', settings: {} }
const ANSWER: AttemptEnd = { endpoint: 'relay', verdict: 'success', billed: 'yes', tookMs: 1 }
const REFUSED: AttemptEnd = { ...ANSWER, verdict: 'overloaded', billed: 'no', status: 503 }

interface Process {
  alive: boolean
  frozen: boolean
}
interface Step {
  readonly process: Process
  readonly isReady: () => boolean
  /** What it does at the server; with its reply, unless that is lost: then it is sent again. */
  readonly act: (replied: boolean) => void
}

/** What may happen. `pick` says to whom. */
interface Event {
  readonly what:
    | 'step'
    | 'reply lost'
    | 'freeze'
    | 'thaw'
    | 'worker killed'
    | 'run killed'
    | 'run stopped'
    | 'skip'
    | 'again'
    | 'lock lost'
    | 'delay over'
  readonly pick: number
}

class World {
  readonly server = new QueueServer()
  readonly refusals: boolean[]
  #steps: Step[] = []
  #workers: Process[] = []
  #run: (Process & { stop: () => void }) | undefined
  /** Between a look at what a job knows and its removal a run takes no longer than a lock lasts. */
  #withdrawing = false
  /** What the journal says. */
  ended: ResultData['status'] | undefined
  /** For jobs of which nobody has said that it may be paid for again. */
  paid = 0
  /** How often somebody has said that it may be paid for once more. */
  againSaid = 0

  constructor(refusals: readonly boolean[]) {
    this.refusals = [...refusals]
    for (const _ of [1, 2]) this.#startWorker()
  }

  wire(process: Process, isReady = (): boolean => true): Wire {
    return <T>(call: () => T) =>
      new Promise<T>((resolve, reject) => {
        const step: Step = {
          process,
          isReady,
          act: (replied) => {
            let reply = (): void => {}
            try {
              const value = call()
              reply = () => resolve(value)
            } catch (error) {
              reply = () => reject(error)
            }
            if (!replied) return
            this.#steps = this.#steps.filter((each) => each !== step)
            reply()
          },
        }
        if (process.alive) this.#steps.push(step)
      })
  }

  kill(process: Process | undefined, pick: number): void {
    if (process === undefined) return
    process.alive = false
    const mine = this.#steps.filter((step) => step.process === process)
    this.#steps = this.#steps.filter((step) => step.process !== process)
    // What was on its way arrives, or not.
    for (const [n, step] of mine.entries()) if (step.isReady() && (pick >> n) % 2 === 0) step.act(false)
  }

  happen({ what, pick }: Event): void {
    const nth = <T>(list: readonly T[]): T | undefined => list[pick % Math.max(1, list.length)]
    const ready = this.#steps.filter(({ process, isReady }) => !process.frozen && isReady())
    if (what === 'step') nth(ready)?.act(true)
    if (what === 'reply lost') nth(ready)?.act(false)
    if (what === 'freeze') nth(this.#workers)!.frozen = true
    if (what === 'thaw') for (const worker of this.#workers) worker.frozen = false
    if (what === 'worker killed') {
      const [killed] = this.#workers.splice(pick % this.#workers.length, 1)
      this.kill(killed, pick)
      this.#startWorker()
    }
    if (what === 'run killed') this.killRun(pick)
    if (what === 'run stopped') this.#run?.stop()
    if (what === 'skip' || what === 'again') this.launch(what)
    if (what === 'lock lost' && !this.#withdrawing) this.server.stall()
    if (what === 'delay over') this.server.promote()
    vi.advanceTimersByTime(250)
  }

  killRun(pick: number): void {
    this.kill(this.#run, pick)
    this.#run = undefined
    this.#withdrawing = false
  }

  /** The run has written down how it ended, and nothing of it is left in line. */
  get over(): boolean {
    return this.ended !== undefined && this.#run === undefined && this.server.work.size === 0
  }

  /** A launch of the run; there is one at a time. */
  launch(onUnknown: 'skip' | 'again'): void {
    if (this.#run !== undefined) return
    if (this.ended !== undefined && (this.ended !== 'unknown' || onUnknown === 'skip')) return
    if (onUnknown === 'again') this.againSaid++
    this.ended = undefined
    const process = { alive: true, frozen: false, stop: () => {} }
    this.#run = process
    const work = this.server.workQueue(this.wire(process))
    const results = this.server.resultQueue(this.wire(process))
    const leave = (): void => {
      process.alive = false
      this.killRun(0)
    }
    const inLine = lineUp(ID, { run: 'a-run', item: ITEM, idempotencyKey: 'a-run-1', onUnknown }, { work, results })
    let stopped = false
    process.stop = () => {
      if (stopped || this.ended !== undefined) return
      stopped = true
      void inLine
        .then(() => {
          this.#withdrawing = true
          return withdraw(ID, work)
        })
        .then(leave)
    }
    const there = (): ResultData | undefined => this.server.results.get(ID) ?? this.server.results.get(unknownIdOf(ID))
    const toItsEnd = async (): Promise<void> => {
      await inLine
      const result = await this.wire(process, () => !stopped && there() !== undefined)(there)
      if (stopped) return
      this.ended = result?.status
      await clearAway(ID, { work, results }, new AbortController().signal)
      leave()
    }
    void toItsEnd()
  }

  #startWorker(): void {
    const process = { alive: true, frozen: false }
    this.#workers.push(process)
    void this.#work(process, this.wire(process))
  }

  async #work(process: Process, wire: Wire): Promise<void> {
    const station = {
      idempotent: false,
      work: this.server.workQueue(wire),
      results: () => this.server.resultQueue(wire),
      tell: () => {},
      unfit: () => {},
      lostAfterMs: 0,
      maxResults: 10,
    }
    const isWaiting = (): boolean => [...this.server.work.values()].some(({ state }) => state === 'waiting')
    for (let n = 0; process.alive; n++) {
      const token = `${this.#workers.length}:${n}:${Math.random()}`
      const taken = await this.wire(process, isWaiting)(() => this.server.take(token))
      if (taken === undefined) continue
      const job = this.server.jobOf(taken, wire)
      const held = holdItem(job, token, 1000)
      try {
        const worked = await workItem(job, held, { ...station, make: this.#maker(wire, job.data.onUnknown) })
        if (worked.to === 'leave') continue
        if (worked.to === 'finish') await wire(() => this.server.leave(ID, token, () => this.server.work.delete(ID)))
        else await handOver(worked, { queue: station.work as never, job, token })
      } catch {
        await handOver({ to: 'delay_job', waitMs: 1 }, { queue: station.work as never, job, token }).catch(() => {})
      }
    }
  }

  #maker(wire: Wire, onUnknown: 'skip' | 'again'): Make {
    return async (_, { attempts }) => {
      await attempts.sending({ endpoint: 'relay', model: 'm' })
      const refused = this.refusals.pop() ?? false
      if (!refused && onUnknown === 'skip') this.paid++
      await wire(() => {})
      attempts.ended(refused ? REFUSED : ANSWER)
      if (refused) throw new Error('503')
      return { images: [{ bytes: new Uint8Array([1]) }], endpoint: 'relay', model: 'm' }
    }
  }
}

const eventsWith = (launches: readonly ('skip' | 'again')[]): Arbitrary<Event> =>
  record({
    what: oneof(
      { weight: 16, arbitrary: constantFrom<Event['what']>('step') },
      { weight: 5, arbitrary: constantFrom<Event['what']>(...launches, 'lock lost', 'delay over', 'thaw') },
      {
        weight: 4,
        arbitrary: constantFrom<Event['what']>(
          'reply lost',
          'freeze',
          'worker killed',
          'run killed',
          'run stopped',
          'run stopped',
        ),
      },
    ),
    pick: integer({ min: 0, max: 1000 }),
  })

/** Where a story begins: with nothing, or with a request that is out and whose worker has died, or sleeps. */
const BEGINNINGS = {
  'at the beginning': [],
  'when a worker has died over its request': ['worker killed', 'lock lost'],
  'when a worker sleeps over its request': ['freeze', 'lock lost'],
} as const

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const STORIES = Object.entries(BEGINNINGS).flatMap(([when, beginning]) => [
  { when, beginning, launches: ['skip'] as const, often: 'once' },
  { when, beginning, launches: ['skip', 'again'] as const, often: 'as often as somebody has said' },
])

test.for(STORIES)(
  'whoever is killed, frozen, cut off or stopped $when, an item is paid for $often at most, and has an end',
  { timeout: 60_000 },
  ({ beginning, launches }) =>
    assert(
      asyncProperty(
        array(eventsWith(launches), { minLength: 20, maxLength: 120 }),
        array(boolean(), { maxLength: 3 }),
        async (story, refusals) => {
          const world = new World(refusals)
          const happens = async (what: Event['what'], pick = 0): Promise<void> => {
            await turn()
            world.happen({ what, pick })
          }
          await happens('skip')
          while (beginning.length > 0 && world.paid === 0) {
            await happens('step')
            await happens('delay over')
          }
          for (const what of beginning) await happens(what)
          for (const { what, pick } of story) await happens(what, pick)
          // Then nothing happens any more: everybody works on.
          for (let n = 0; n < 100 && !world.over; n++) {
            await happens('thaw')
            await happens('skip')
            for (let m = 0; m < 20; m++) await happens('step', m)
            await happens('lock lost')
            await happens('delay over')
          }
          expect(world.paid).toBeLessThanOrEqual(1 + world.againSaid)
          expect(world.ended).toMatch(/done|unknown/)
          expect(world.over).toBe(true)
        },
      ),
      { numRuns: 200 },
    ),
)
