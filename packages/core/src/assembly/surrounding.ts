import { AsyncLocalStorage } from 'node:async_hooks'
import { ENCLOSING } from '../kernel/accounts.ts'
import type { CallContext } from '../kernel/call-context.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Account } from '../policies/accounting/account.ts'
import { TimeoutExceededError } from '../policies/timeout/timeout-exceeded-error.ts'
import type { CallOptions } from './call-options.ts'
import { surroundings, type CallerOptions } from './caller.ts'

/** A time limit around calls: an instant on somebody's clock. */
export interface SurroundingLimit {
  readonly totalMs: number
  readonly clock: Clock
  /** May be put off while calls are at work: only a limit that ends nothing by itself is. */
  endsAt: number
  /** Whether it is only to plan with: whoever set it ends what is inside. */
  readonly onlyPlans?: true
}

/** What surrounds a call: the options of all functions around it, together. */
export interface Surrounding {
  readonly signals: readonly AbortSignal[]
  readonly limits: readonly SurroundingLimit[]
  readonly priority: number | undefined
  readonly values: NonNullable<CallOptions['values']>
  readonly accounts: readonly Pick<Account, 'gate'>[]
  /** The attempt whose operation makes the call. */
  readonly attempt: CallContext | undefined
}

const NOTHING: Surrounding = {
  signals: [],
  limits: [],
  priority: undefined,
  values: [],
  accounts: [],
  attempt: undefined,
}

let storage: AsyncLocalStorage<Surrounding | undefined> | undefined

/** Runs `inside` with more around it than there is already: lists grow, the rest is replaced where it is given. */
export const surround = <T>(more: Partial<Surrounding>, inside: () => T): T => {
  storage ??= start()
  const outer = storage.getStore() ?? NOTHING
  const both = {
    signals: [...outer.signals, ...(more.signals ?? [])],
    limits: [...outer.limits, ...(more.limits ?? [])],
    priority: more.priority ?? outer.priority,
    values: [...outer.values, ...(more.values ?? [])],
    accounts: [...outer.accounts, ...(more.accounts ?? [])],
    attempt: more.attempt ?? outer.attempt,
  }
  return storage.run(both, inside)
}

/** From now on every call of the process looks what surrounds it. */
const start = (): AsyncLocalStorage<Surrounding | undefined> => {
  const stores = new AsyncLocalStorage<Surrounding | undefined>()
  surroundings.around = (begin, operation, options) => {
    const around = stores.getStore()
    // The operation runs where its caller is, also when the end of another call made room for it.
    const atHome: typeof operation =
      around === undefined || around.accounts.length === 0
        ? (context) => stores.run(around, operation, context)
        : (context) => stores.run({ ...around, attempt: context }, operation, context)
    if (around === undefined) return begin(atHome, options)
    const passed = around.limits.find((limit) => leftMs(limit) <= 0)
    return passed === undefined
      ? begin(atHome, together(around, options))
      : Promise.reject(new TimeoutExceededError('total', passed.totalMs))
  }
  return stores
}

const leftMs = ({ clock, endsAt }: SurroundingLimit): number => endsAt - clock.now()

/** The call's own options, and those around it. */
const together = (around: Surrounding, own: CallOptions): CallerOptions => {
  const { signals, limits, priority, accounts, attempt } = around
  const totalMs = Math.min(own.totalMs ?? Infinity, ...limits.filter((each) => !each.onlyPlans).map(leftMs))
  const plannedMs = Math.min(...limits.filter((each) => each.onlyPlans).map(leftMs))
  const values = attempt === undefined ? around.values : [...around.values, [ENCLOSING, attempt] as const]
  return {
    ...(priority === undefined ? {} : { priority }),
    ...own,
    ...(signals.length === 0 ? {} : { signals }),
    ...(totalMs === Infinity ? {} : { totalMs }),
    ...(plannedMs === Infinity ? {} : { plannedMs }),
    ...(values.length === 0 ? {} : { values: [...values, ...(own.values ?? [])] }),
    ...(accounts.length === 0 ? {} : { accounts }),
  }
}
