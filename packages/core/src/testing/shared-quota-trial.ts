import type {
  ConcurrencyPlan,
  QuotaPlan,
  SharedAnswer,
  SharedGrant,
  SharedQuota,
  SharedQuotaStore,
  UnitCosts,
} from '../policies/rate-limit/shared-quota-store.ts'
import type { TestRunner } from './policy-contract.ts'

/** A store of shared quotas to try, and how its time passes. */
export interface SharedQuotaTrial {
  readonly store: SharedQuotaStore
  /** Another handle on the same quotas, as another process has it. */
  readonly other: SharedQuotaStore
  /** Lets time pass for the store: a virtual clock, or a real wait. */
  readonly pass: (ms: number) => PromiseLike<void>
  /** The instant on that clock, in milliseconds. */
  readonly now: () => number
  /** Ends what the store needs: connections, files. */
  readonly close?: () => PromiseLike<void>
}

export const PERIOD_MS = 400

export const plan = (permits: number, more: Partial<QuotaPlan> = {}): QuotaPlan => ({
  unit: 'requests',
  permits,
  periodMs: PERIOD_MS,
  smooth: false,
  reset: undefined,
  ...more,
})

/** So long that it does not end while a test asks, on a busy machine either. */
export const LONG_MS = 20_000

export const longPlan = (permits: number, more: Partial<QuotaPlan> = {}): QuotaPlan =>
  plan(permits, { periodMs: LONG_MS, ...more })

export const check = (right: boolean, message: string): void => {
  if (!right) throw new Error(message)
}

export const granted = (answer: SharedAnswer): SharedGrant => {
  if (answer.kind !== 'granted') throw new Error(`no permit, but ${JSON.stringify(answer)}`)
  return answer.grant
}

export const waits = (answer: SharedAnswer, atMost: number): number => {
  if (answer.kind !== 'wait') throw new Error(`${answer.kind} instead of a wait`)
  const { readyInMs } = answer
  check(readyInMs > 0 && readyInMs <= atMost, `a wait of ${readyInMs} ms, where at most ${atMost} is right`)
  return readyInMs
}

export const full = (answer: SharedAnswer): void => {
  if (answer.kind !== 'full') throw new Error(`${answer.kind} where all places are taken`)
  check(answer.askInMs > 0, `to be asked again in ${answer.askInMs} ms`)
}

export const ONE = { requests: 1 }

/** Nobody waits for what is settled: others know of it a little later, and whoever stood in line before has a moment to ask. */
export const soonGranted = async (
  quota: SharedQuota,
  costs: UnitCosts,
  pass: SharedQuotaTrial['pass'],
): Promise<SharedGrant> => {
  let answer = await quota.take(costs)
  for (let i = 0; i < 200 && answer.kind !== 'granted'; i++) {
    await pass(10)
    answer = await quota.take(costs)
  }
  return granted(answer)
}

/** How many of so many wishes are granted, from both sides in turn. */
export const takeInTurn = async (sides: readonly SharedQuota[], wishes: number): Promise<SharedGrant[]> => {
  const take = async (i: number): Promise<SharedAnswer | undefined> => sides[i % sides.length]?.take(ONE)
  const answers = await Promise.all(Array.from({ length: wishes }, (_, i) => take(i)))
  return answers.flatMap((answer) => (answer?.kind === 'granted' ? [answer.grant] : []))
}

/** Opens the quotas of one partition twice, as two processes have them, and closes what was opened. */
export type OpenTrial = (
  behaviour: string,
  plans: readonly QuotaPlan[],
  body: (own: SharedQuota, other: SharedQuota, opened: SharedQuotaTrial) => Promise<void>,
  concurrency?: ConcurrencyPlan,
) => void

export const trialsOf =
  (name: string, open: () => SharedQuotaTrial | PromiseLike<SharedQuotaTrial>, { test }: TestRunner): OpenTrial =>
  (behaviour, plans, body, concurrency) =>
    test(`${name} ${behaviour}`, async () => {
      const opened = await open()
      const own = opened.store.open('a', plans, concurrency)
      const other = opened.other.open('a', plans, concurrency)
      try {
        await body(own, other, opened)
      } finally {
        own.dispose()
        other.dispose()
        await opened.close?.()
      }
    })
