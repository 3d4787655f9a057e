import type { SpillwayError } from '../../kernel/spillway-error.ts'
import type { Verdict } from '../../kernel/verdict.ts'

/** Why an attempt was ended: another attempt of the same call has answered. The reason of its signal; no caller sees it. */
export class HedgeLostError extends Error implements SpillwayError {
  readonly isSpillwayError = true
  override readonly name = 'HedgeLostError'
  readonly code = 'ERR_SPILLWAY_HEDGE_LOST'
  readonly verdict: Verdict & { readonly kind: 'canceled' }

  /**
   * @param policy the hedge's name
   * @param sent whether the request had left for the provider
   */
  constructor(policy: string, sent: boolean) {
    super(`${policy}: another attempt of this call has answered.`)
    this.verdict = { kind: 'canceled', sent, billed: sent ? 'unknown' : 'no' }
  }
}
