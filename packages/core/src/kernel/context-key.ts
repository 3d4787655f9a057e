/** A typed handle for a value that travels with a call. Private to whoever holds it; no names, so no clashes. */
export interface ContextKey<T> {
  readonly defaultValue: T
  readonly description: string
}

/**
 * Makes a key for a per-call value.
 *
 * ```ts
 * import { createContextKey, pipeline } from '@spillway/core'
 *
 * const tenant = createContextKey('tenant', 'nobody')
 * const calls = pipeline([])
 * const answer = await calls.execute(async (context) => context.get(tenant), { values: [[tenant, 'acme']] })
 * console.log(answer) // => acme
 * ```
 *
 * @param description for people who read a debugger
 * @param defaultValue what `get` gives where nothing was set
 */
export const createContextKey = <T>(description: string, defaultValue: T): ContextKey<T> => ({
  description,
  defaultValue,
})
