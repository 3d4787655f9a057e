import type { CallContext } from './call-context.ts'
import { createContextKey, type ContextKey } from './context-key.ts'
import type { Gate } from './policy.ts'

/** What counts what the attempts of a call use. */
export interface Counting {
  /** The innermost gate of its calls: one for all of a kind, which finds its own by the call. */
  readonly gate: Gate
}

/** Those that count a call. */
export const ACCOUNTS: ContextKey<readonly Counting[]> = createContextKey<readonly Counting[]>('accounts', [])

/** The attempt whose operation makes a call: what the call uses is the attempt's use. */
export const ENCLOSING: ContextKey<CallContext | undefined> = createContextKey<CallContext | undefined>(
  'enclosing attempt',
  undefined,
)
