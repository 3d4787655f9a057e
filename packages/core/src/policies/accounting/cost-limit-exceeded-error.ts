import { rejected, type RejectedError } from '../../kernel/spillway-error.ts'

/** The next attempt would cost more than the ceiling leaves. It was not sent. */
export class CostLimitExceededError extends Error implements RejectedError {
  readonly isSpillwayError = true
  override readonly name = 'CostLimitExceededError'
  readonly code = 'ERR_SPILLWAY_COST_LIMIT_EXCEEDED'
  readonly verdict: RejectedError['verdict']
  /** What the call has cost so far, with what may be billed and what its attempts at work should cost. */
  readonly cost: number
  /** What the refused attempt should have cost. */
  readonly expectedCost: number
  readonly maxCost: number

  /**
   * @param policy who refuses
   * @param costs so far, of the refused attempt, and the ceiling
   * @param endpoint where the attempt would have gone: another one may be cheaper
   * @param cause what the call's last attempt failed with, where there was one
   */
  constructor(
    policy: string,
    { cost, expectedCost, maxCost }: Pick<CostLimitExceededError, 'cost' | 'expectedCost' | 'maxCost'>,
    endpoint?: string,
    cause?: unknown,
  ) {
    const where = endpoint === undefined ? '' : ` at ${endpoint}`
    super(
      `${policy}: the next attempt${where} should cost ${shown(expectedCost)} and ${shown(cost)} of ${shown(maxCost)} is spent. Raise maxCost, or offer something cheaper.`,
      cause === undefined ? undefined : { cause },
    )
    this.cost = cost
    this.expectedCost = expectedCost
    this.maxCost = maxCost
    this.verdict = rejected(undefined, endpoint === undefined ? undefined : 'endpoint')
  }
}

const shown = (cost: number): string => String(Number(cost.toPrecision(6)))
