import type { Step } from '../faults/step.ts'
import type { ErrorName } from './error-name.ts'

/** Results that are HTTP 200 and yet not what was asked for. */
export type EmptyKind = 'noImage' | 'textOnly' | 'emptyObject' | 'blockedPrompt' | 'blockedOutput' | 'incomplete'

/** What an error answer may say beside its name. */
export interface ErrorDetail {
  /** Model time; rendered in client time. */
  readonly retryAfterMs?: number
  /** The limit that was hit, for quota errors. */
  readonly quota?: { readonly limit: string; readonly value: number }
  /** Text instead of the usual one. */
  readonly message?: string
}

/** An error as it goes over the wire. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

/** Renders answers to one request in the protocol it came in. */
export interface Reply {
  /** Whether the client reads server-sent events. */
  readonly stream: boolean
  error(name: ErrorName, detail?: ErrorDetail): ErrorAnswer
  /** An error as it appears inside a stream, or as the body of a 200. */
  errorFrame(name: ErrorName): string
  /** A failure as an answer with status 200 tells of it: the end of a stream, or a body. */
  failedFrame(name: ErrorName): string
  /** The proper answer; a stream takes `serviceMs`. */
  answer(serviceMs: number): Step[]
  /** HTTP 200 without the result; `reason` in the provider's words. */
  empty(kind: EmptyKind, reason?: string): Step[]
}
