import type { CallContext } from '../../kernel/call-context.ts'

/**
 * A limit in milliseconds above 0, `Infinity` for none; or a function that gives one, asked when a call or an attempt
 * enters. What it gives below 0 counts as passed already.
 */
export type TimeLimit = number | ((context: CallContext) => number)

/** Options of {@link timeout}: at least one limit. */
export interface TimeoutOptions {
  /** Appears in events and descriptions. @default 'timeout' */
  readonly name?: string
  /** For the call: everything inside, retries and waits included. Belongs outside retry. @default none */
  readonly totalMs?: TimeLimit
  /** For one attempt, its body included. Belongs inside retry. @default none */
  readonly attemptMs?: TimeLimit
  /**
   * From the start of an attempt until its connection stands. Only for operations that report `connected`, or anything
   * after it: others are ended. @default none
   */
  readonly connectMs?: TimeLimit
  /** From the start of an attempt to its first content; heartbeats do not count. @default none */
  readonly firstByteMs?: TimeLimit
  /** Between two parts with content, while the reader waits for the provider. @default none */
  readonly idleMs?: TimeLimit
}
