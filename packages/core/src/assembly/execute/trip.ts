import { createContextKey, type ContextKey } from '../../kernel/context-key.ts'
import type { Usage } from '../../kernel/provider-report.ts'
import type { Account } from '../../policies/accounting/account.ts'
import type { Ledger } from '../../policies/accounting/ledger.ts'
import type { SurroundingLimit } from '../surrounding.ts'
import type { Skipped, Target, Tried } from './target.ts'

/** One call on its way from target to target. */
export interface Trip {
  readonly targets: readonly Target[]
  readonly account: Account
  readonly expectedUsage: Usage | undefined
  readonly tried: Tried[]
  readonly skipped: Skipped[]
  /** Who is asked now, or has answered. */
  target: Target | undefined
  /** Until when it may try. */
  limit: SurroundingLimit | undefined
  /** Hears how its attempts end. */
  heard: (Ledger & Account) | undefined
}

/** Set for calls of `execute`, and for no other. */
export const TRIP: ContextKey<Trip | undefined> = createContextKey<Trip | undefined>('trip', undefined)
