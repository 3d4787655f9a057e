import type { CallContext } from '../../kernel/call-context.ts'
import type { Usage } from '../../kernel/provider-report.ts'
import type { Prices } from './price.ts'

/** Options of {@link accounting}. */
export interface AccountingOptions {
  /** Appears in events, errors and descriptions. @default 'accounting' */
  readonly name?: string
  /** What each model costs. @default none: tokens and images are counted, and what endpoints say in `costPerCall` */
  readonly prices?: Prices
  /**
   * The most that all attempts of a call together may cost: 0 or more, or `Infinity`. An attempt that is expected to pass it
   * is refused before it is sent. @default Infinity
   */
  readonly maxCost?: number
  /** What an attempt should use: the request's own estimate. @default the call's `expectedUsage` */
  readonly expectedUsage?: (context: CallContext) => Usage | undefined
  /** Which model an attempt asks for. @default the call's `requestedModel`, then the endpoint's `model` */
  readonly requestedModel?: (context: CallContext) => string | undefined
}

/** What {@link accounting} takes where an option is left out. */
export const ACCOUNTING_DEFAULTS: {
  readonly name: string
  readonly prices: Prices
  readonly maxCost: number
} = { name: 'accounting', prices: {}, maxCost: Infinity }
