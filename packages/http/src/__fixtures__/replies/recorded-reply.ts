import type { VerdictKind, VerdictScope } from '@spillway/core'

/** An error reply as documentation, client libraries and bug reports show it, and what it amounts to. */
export interface RecordedReply {
  readonly name: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  readonly kind: VerdictKind
  readonly scope?: VerdictScope
  readonly code?: string
  readonly retryAfterMs?: number
  /** The time at which it came, where it gives a wait as a time. */
  readonly at?: string
}
