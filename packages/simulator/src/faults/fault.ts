import type { ErrorName } from '../protocols/error-name.ts'
import type { ErrorDetail, Reply } from '../protocols/reply.ts'
import type { Step } from './step.ts'
import type { FaultName } from './table.ts'

/** The numbers and texts a fault may take. Which of them a fault reads stands in its entry of the table. */
export interface FaultParameters {
  /** Model time before anything is answered, ≥ 0. @default 0 */
  readonly afterMs?: number
  /** The hint sent along, in model time, ≥ 0. @default none */
  readonly retryAfterMs?: number
  /** Content chunks that pass before it happens, ≥ 0. @default 2 */
  readonly afterChunks?: number
  /** Model time between two writes, > 0. @default 1 000 */
  readonly everyMs?: number
  /** Bytes in one write, ≥ 1. @default 1 */
  readonly bytes?: number
  /** The provider's word for why an answer is empty. */
  readonly reason?: string
  /** Which error, for faults that carry one. @default 'overloaded' */
  readonly error?: ErrorName
  /** HTTP status to answer with instead of the usual one, 200–599. */
  readonly status?: number
  /** Headers added to the answer, replacing ours: a date in `retry-after`, a broken hint. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A fault that is to happen. */
export interface FaultSpec extends FaultParameters {
  readonly fault: FaultName
}

/** A fault that happens by chance while its window is open. */
export interface FaultRule extends FaultSpec {
  /** Chance for each request, 0–1. @default 1 */
  readonly ratio?: number
  /** Model time from the start of the scenario, ≥ 0. @default 0 */
  readonly atMs?: number
  /** Model time, > 0. @default to the end */
  readonly durationMs?: number
}

/** What one of the next requests gets. `fault: 'none'` is a proper answer. */
export interface ScriptedReply extends FaultParameters {
  readonly fault: FaultName | 'none'
  /** How many requests in a row, ≥ 1. @default 1 */
  readonly times?: number
  /** Fixed service time in model time, ≥ 0. @default drawn */
  readonly serviceMs?: number
  /** Text of a chat answer. @default derived from the prompt */
  readonly text?: string
}

/** What a fault knows when it makes its steps. */
export interface FaultContext {
  readonly spec: FaultParameters
  /** Renders in the protocol the client speaks. */
  readonly reply: Reply
  /** The steps of the proper answer; empty for a fault that happens instead of a generation. */
  readonly answer: readonly Step[]
  /** The limit that was hit, when a quota refused. */
  readonly quota?: NonNullable<ErrorDetail['quota']>
}

/** One way to fail. A new one is one entry in the table. */
export interface FaultKind {
  /** For the documentation: what the client sees. */
  readonly summary: string
  /** `refusal`: no generation runs. `answer`: it runs, holds its slot, and its answer is changed. */
  readonly stage: 'refusal' | 'answer'
  /** What it amounts to for a client that never sees bytes; `whole`: the proper answer, late or in an unusual shape. */
  readonly effect: 'error' | 'reset' | 'hang' | 'broken' | 'empty' | 'whole'
  /** The HTTP status it is known by, if it is one. */
  readonly status?: number
  /** The parameters it reads. */
  readonly parameters: readonly (keyof FaultParameters)[]
  steps(context: FaultContext): Step[]
}
