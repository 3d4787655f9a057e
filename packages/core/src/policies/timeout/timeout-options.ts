/** Options of {@link timeout}: at least one limit. All are milliseconds above 0. */
export interface TimeoutOptions {
  /** Appears in events and descriptions. @default 'timeout' */
  readonly name?: string
  /** For the call: everything inside, retries and waits included. Belongs outside retry. @default none */
  readonly totalMs?: number
  /** For one attempt, its body included. Belongs inside retry. @default none */
  readonly attemptMs?: number
  /** From the start of an attempt to its first content; heartbeats do not count. @default none */
  readonly firstByteMs?: number
  /** Between two parts with content, while the reader waits for the provider. @default none */
  readonly idleMs?: number
}
