import { checkClock, checkFunction, checkKnown } from '../kernel/check-options.ts'
import { systemClock, type Clock } from '../kernel/clock.ts'
import { checkCaller, type CallOptions } from './call-options.ts'
import { surround } from './surrounding.ts'

/** What {@link withCallOptions} says for every call inside a function. */
export interface AmbientOptions extends Pick<CallOptions, 'signal' | 'totalMs' | 'priority' | 'values' | 'account'> {
  /** Whose time `totalMs` is. @default real time */
  readonly clock?: Clock
}

/**
 * Runs `inside`, and every pipeline that is called in it, however deep, has these options: a signal, a time limit, a
 * priority, values and an account reach calls that are made through a client's methods.
 *
 * What a call says for itself wins. Signals, limits and accounts add up: each signal ends the call, the nearest deadline
 * holds, each account counts. So do those of a function inside another one. The options are kept in an
 * `AsyncLocalStorage`: about half a microsecond and 1.5 kB for each call, and nothing in a program that never uses it.
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
  checkClock('withCallOptions.clock', clock)
  return surround(
    {
      ...(signal === undefined ? {} : { signals: [signal] }),
      ...(totalMs === Infinity ? {} : { limits: [{ totalMs, clock, endsAt: clock.now() + totalMs }] }),
      ...(priority === undefined ? {} : { priority }),
      ...(account === undefined ? {} : { accounts: [account] }),
      values,
    },
    inside,
  )
}
