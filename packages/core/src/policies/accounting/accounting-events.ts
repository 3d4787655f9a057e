import type { PipelineEvent } from '../../kernel/pipeline-event.ts'
import type { Usage } from '../../kernel/provider-report.ts'
import type { Billed } from './counted-attempt.ts'

/** What an attempt has used and cost is in the account. For one that was abandoned: when its work has really ended. */
export interface AttemptAccounted extends PipelineEvent {
  readonly type: 'attempt.accounted'
  /** `account` where it is the account of the call. */
  readonly policy: string
  readonly model?: string
  readonly billed: Billed
  /** What the provider said. */
  readonly usage: Usage
  /** What it costs if it is billed: by its usage, or as expected. Absent where nobody has said a price. */
  readonly cost?: number
  readonly abandoned: boolean
}

/** An attempt was refused: it was expected to pass the ceiling. */
export interface CostRejected extends PipelineEvent {
  readonly type: 'cost.rejected'
  readonly policy: string
  /** So far, with what is expected of the attempts at work and what may be billed. */
  readonly cost: number
  readonly expectedCost: number
  readonly maxCost: number
}
