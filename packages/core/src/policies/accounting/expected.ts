import { createContextKey, type ContextKey } from '../../kernel/context-key.ts'
import type { Usage } from '../../kernel/provider-report.ts'

/**
 * What each attempt of a call is expected to use: `{ inputTokens: 900, images: 1 }`. Accounts price it before anything is sent,
 * and where the provider does not say what was used.
 *
 * ```ts
 * import { expectedUsage, openAccount, pipeline, requestedModel } from '@spillway/core'
 *
 * const account = openAccount({ prices: { painter: { perImage: 0.04 } } })
 * const calls = pipeline([])
 * const values = [[requestedModel, 'painter'] as const, [expectedUsage, { images: 2 }] as const]
 * await calls.execute(async () => 'two kites', { account, values })
 * console.log(account.report().cost) // => 0.08
 * ```
 */
export const expectedUsage: ContextKey<Usage | undefined> = createContextKey<Usage | undefined>(
  'expected usage',
  undefined,
)

/** The model that a call asks for, by the name that its price has. Adapters set it; so does a target of `execute`. */
export const requestedModel: ContextKey<string | undefined> = createContextKey<string | undefined>(
  'requested model',
  undefined,
)
