import { AsyncLocalStorage } from 'node:async_hooks'
import { checkFunction, checkKnown } from '../kernel/check-options.ts'
import { systemClock, type Clock } from '../kernel/clock.ts'
import { InvalidOptionsError } from '../kernel/invalid-options-error.ts'
import type { Account } from '../policies/accounting/account.ts'
import { TimeoutExceededError } from '../policies/timeout/timeout-exceeded-error.ts'
import { checkCaller, type CallOptions } from './call-options.ts'
import { surroundings, type CallerOptions } from './caller.ts'

/** What {@link withCallOptions} says for every call inside a function. */
export interface AmbientOptions extends Pick<CallOptions, 'signal' | 'totalMs' | 'priority' | 'values' | 'account'> {
  /** Whose time `totalMs` is. @default real time */
  readonly clock?: Clock
}

/** What surrounds a call: the options of all functions around it, together. */
interface Surrounding {
  readonly signals: readonly AbortSignal[]
  readonly limits: readonly AmbientLimit[]
  readonly priority: number | undefined
  readonly values: NonNullable<CallOptions['values']>
  readonly accounts: readonly Account[]
}

interface AmbientLimit {
  readonly totalMs: number
  readonly clock: Clock
  readonly endsAt: number
}

const leftMs = ({ clock, endsAt }: AmbientLimit): number => endsAt - clock.now()

const NOTHING: Surrounding = { signals: [], limits: [], priority: undefined, values: [], accounts: [] }

let storage: AsyncLocalStorage<Surrounding | undefined> | undefined

const started = (): AsyncLocalStorage<Surrounding | undefined> => {
  if (storage !== undefined) return storage
  const made = new AsyncLocalStorage<Surrounding | undefined>()
  surroundings.around = (begin, operation, options) => {
    const around = made.getStore()
    // The operation runs where its caller is, also when the end of another call made room for it.
    const atHome: typeof operation = (context) => made.run(around, operation, context)
    if (around === undefined) return begin(atHome, options)
    const passed = around.limits.find((limit) => leftMs(limit) <= 0)
    return passed === undefined
      ? begin(atHome, together(around, options))
      : Promise.reject(new TimeoutExceededError('total', passed.totalMs))
  }
  return (storage = made)
}

/** The call's own options, and those around it. */
const together = ({ signals, limits, priority, values, accounts }: Surrounding, own: CallOptions): CallerOptions => {
  const totalMs = Math.min(own.totalMs ?? Infinity, ...limits.map(leftMs))
  return {
    ...(priority === undefined ? {} : { priority }),
    ...own,
    ...(signals.length === 0 ? {} : { signals }),
    ...(totalMs === Infinity ? {} : { totalMs }),
    ...(values.length === 0 ? {} : { values: [...values, ...(own.values ?? [])] }),
    ...(accounts.length === 0 ? {} : { accounts }),
  }
}

/**
 * Runs `inside`, and every pipeline that is called in it, however deep, has these options: a signal, a time limit, a
 * priority, values and an account reach calls that are made through a client's methods.
 *
 * What a call says for itself wins. Signals, limits and accounts add up: each signal ends the call, the nearest deadline
 * holds, each account counts. So do those of a function inside another one. The options are kept in an `AsyncLocalStorage`: about half a microsecond
 * and 1.5 kB for each call, and nothing in a program that never uses it.
 *
 * ```ts
 * import { createContextKey, pipeline, withCallOptions } from '@spillway/core'
 *
 * const tenant = createContextKey('tenant', 'nobody')
 * const calls = pipeline([])
 * const ask = () => calls.execute(async (context) => `${context.get(tenant)}, ${context.call.priority}`)
 * console.log(await withCallOptions({ priority: 10, totalMs: 30_000, values: [[tenant, 'acme']] }, ask)) // => acme, 10
 * ```
 *
 * @param options `totalMs` begins now
 * @param inside a function, asynchronous or not; what it starts and does not wait for keeps the options
 * @returns what `inside` gives
 * @throws InvalidOptionsError when an option is wrong
 */
export const withCallOptions = <T>(options: AmbientOptions, inside: () => T): T => {
  checkKnown('withCallOptions', options, ['signal', 'totalMs', 'priority', 'values', 'account', 'clock'])
  checkCaller('withCallOptions', options)
  checkFunction('withCallOptions.inside', inside)
  const { signal, totalMs = Infinity, priority, values = [], account, clock = systemClock } = options
  if (typeof clock?.now !== 'function')
    throw new InvalidOptionsError('withCallOptions.clock', clock, 'a clock: now(), wallTime() and setTimer()')
  const stores = started()
  const outer = stores.getStore() ?? NOTHING
  const surrounding: Surrounding = {
    signals: signal === undefined ? outer.signals : [...outer.signals, signal],
    limits: totalMs === Infinity ? outer.limits : [...outer.limits, { totalMs, clock, endsAt: clock.now() + totalMs }],
    priority: priority ?? outer.priority,
    values: [...outer.values, ...values],
    accounts: account === undefined ? outer.accounts : [...outer.accounts, account],
  }
  return stores.run(surrounding, inside)
}
