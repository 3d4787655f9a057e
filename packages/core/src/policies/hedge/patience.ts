import type { MovingQuantile } from '../../primitives/moving-quantile.ts'

/** How long an attempt may be silent. */
export interface Patience {
  /** So long, where its endpoint has answered an attempt that was sent later. */
  readonly overtakenMs: number
  /** So long in any case. */
  readonly silentMs: number
}

/** What recent answers say about it; `undefined`: they are too few to say anything. */
export type PatienceOf = (answers: MovingQuantile) => Patience | undefined

/** Fewer say nothing about how long an answer takes. */
const LEAST_ANSWERS = 20
const EVIDENCE_QUANTILE = 0.95
/** One answer in twenty takes longer than 95 % of them: only what takes half as long again, and is overtaken, is lost. */
const OVERTAKEN_FACTOR = 1.5
/** Beyond it nearly no answer comes, whatever became of the others. */
const SILENT_FACTOR = 2.5
/** Nothing is lost within a second: so long may the network, or this process itself, be busy. */
const LEAST_EVIDENCE_MS = 1000

const always = (ms: number): Patience => ({ overtakenMs: ms, silentMs: ms })

/** A fixed delay, a quantile of the answers' times, or evidence. */
export const patienceOf = (delayMs: number | undefined, delayQuantile: number | undefined): PatienceOf => {
  const fixed = delayMs === undefined ? undefined : always(delayMs)
  if (delayQuantile === undefined && fixed !== undefined) return () => fixed
  return (answers) => {
    if (answers.count < LEAST_ANSWERS) return fixed
    if (delayQuantile !== undefined) return always(Math.max(delayMs ?? 0, answers.quantile(delayQuantile) ?? 0))
    const usualMs = answers.quantile(EVIDENCE_QUANTILE) ?? 0
    return {
      overtakenMs: Math.max(LEAST_EVIDENCE_MS, OVERTAKEN_FACTOR * usualMs),
      silentMs: Math.max(LEAST_EVIDENCE_MS, SILENT_FACTOR * usualMs),
    }
  }
}
