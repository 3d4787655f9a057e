import { checkParts } from '../kernel/check-part.ts'
import type { Part } from '../kernel/policy.ts'
import { ORDER_RULES, type Seen } from './order-rules.ts'

const DOCUMENTATION = 'https://github.com/spillway/spillway/blob/main/docs/concepts/ordering.md#warnings'

/** Process warnings that were given already, in words. More than this are not given: nobody reads them. */
const MAX_WARNED = 20
const warned = new Set<string>()

/** An order, or two options, that contradict each other. The pipeline runs all the same. */
export interface OrderWarning {
  /** Stable, for programs and searches: `SPILLWAY_RETRY_INSIDE_RETRY`. */
  readonly code: string
  /** What is wrong and what to do. */
  readonly message: string
  /** The names of the two policies, the outer one first. */
  readonly policies: readonly string[]
  /** Where it is explained. */
  readonly link: string
}

/**
 * Looks for orders and options that contradict each other, such as a retry inside a retry. Goes by the policies' kinds and
 * resolved options; never throws.
 *
 * ```ts
 * import { checkOrder, retry } from '@spillway/core'
 * const [warning] = checkOrder([retry({ name: 'outer' }), retry({ name: 'inner' })])
 * console.log(warning?.code) // => SPILLWAY_RETRY_INSIDE_RETRY
 * ```
 *
 * @param parts as `pipeline` takes them, from the outermost to the innermost
 * @returns one warning for each code, in running order of the outer policies
 */
export const checkOrder = (parts: readonly Part[]): OrderWarning[] => {
  checkParts('checkOrder.parts', parts)
  const seen = parts.map((part): Seen => ({
    name: part.name,
    kind: part.kind ?? part.name,
    options: (part.options ?? {}) as Seen['options'],
  }))
  const found = new Map<string, OrderWarning>()
  for (const [i, outer] of seen.entries())
    for (const [j, inner] of seen.entries()) {
      if (j < i) continue
      const between = seen.slice(i + 1, j).map(({ kind }) => kind)
      for (const { code, message, sameToo, ...kinds } of ORDER_RULES) {
        if (found.has(code) || (i === j && sameToo === undefined)) continue
        if (!kinds.outer.includes(outer.kind) || !kinds.inner.includes(inner.kind)) continue
        const said = guarded(() => message(outer, inner, between))
        if (said !== undefined)
          found.set(code, { code, message: said, policies: [outer.name, inner.name], link: DOCUMENTATION })
      }
    }
  return [...found.values()]
}

/** Rules read options that may be anything: whatever they throw is no warning. */
const guarded = (ask: () => string | undefined): string | undefined => {
  try {
    return ask()
  } catch {
    return undefined
  }
}

/** Warns as Node warns: on standard error, where `--no-warnings` and `process.on('warning')` work. The same words once. */
export const warnProcess = (pipeline: string, { code, message, link }: OrderWarning): void => {
  const words = `${pipeline}: ${message} See ${link}`
  if (warned.size >= MAX_WARNED || warned.has(words)) return
  warned.add(words)
  globalThis.process?.emitWarning?.(words, { type: 'SpillwayWarning', code })
}
