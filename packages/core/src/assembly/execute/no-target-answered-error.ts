import type { SpillwayError } from '../../kernel/spillway-error.ts'
import { isSpillwayError, rejected } from '../../kernel/spillway-error.ts'
import type { Verdict } from '../../kernel/verdict.ts'
import type { Account } from '../../policies/accounting/account.ts'
import type { Skipped, Tried } from './target.ts'

/**
 * No target of `execute` has answered. `cause` is the error that says most: the first one that came from a provider, in the
 * order of the targets; `errors` has all of them.
 */
export class NoTargetAnsweredError extends AggregateError implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'NoTargetAnsweredError'
  readonly code = 'ERR_SPILLWAY_NO_TARGET_ANSWERED'
  /** That of its cause. */
  readonly verdict: Verdict
  /** Those that were asked, in order. */
  readonly tried: readonly Tried[]
  /** Those that were not. */
  readonly skipped: readonly Skipped[]
  /** What it has cost all the same. Not enumerable: it is no plain data. */
  declare readonly account: Account
  readonly durationMs: number
  /** Milliseconds after which it may work, where that is known. */
  readonly retryAfterMs?: number

  constructor(tried: readonly Tried[], skipped: readonly Skipped[], account: Account, durationMs: number) {
    const telling = tried.find(saidByProvider) ?? tried[0]
    const all = [
      ...tried.map(({ target, verdict: { kind } }) => `${target}: ${kind}`),
      ...skipped.map(({ target, reason }) => `${target} was not asked: ${reason}`),
    ]
    super(
      tried.map(({ error }) => error),
      `execute: no target answered (${all.join(', ')}).`,
      telling?.error === undefined ? undefined : { cause: telling.error },
    )
    this.tried = tried
    this.skipped = skipped
    this.durationMs = durationMs
    this.verdict = telling?.verdict ?? rejected()
    if (this.verdict.retryAfterMs !== undefined) this.retryAfterMs = this.verdict.retryAfterMs
    Object.defineProperty(this, 'account', { value: account, enumerable: false })
  }
}

/** Refusals and time limits of ours say less than what a provider has said. */
const saidByProvider = ({ verdict: { kind }, error }: Tried): boolean =>
  kind !== 'rejected' && !(isSpillwayError(error) && error.code === 'ERR_SPILLWAY_TIMEOUT_EXCEEDED')
