import type { Step } from './step.ts'

/** Pieces that a whole body is cut into where a fault needs a place inside it. */
const PIECES = 8

/**
 * The steps up to and with the first `chunks` content writes. A body in one piece is cut into eight first, and its
 * length is no longer announced.
 */
export function cutAfter(answer: readonly Step[], chunks: number): Step[] {
  const kept: Step[] = []
  let seen = 0
  for (const step of answer.flatMap(inPieces)) {
    const isContent = step.type === 'write' && (step.part === 'content' || step.part === 'body')
    if (seen >= chunks && (isContent || step.type === 'end' || (step.type === 'write' && step.part === 'final'))) break
    if (seen >= chunks && step.type === 'wait') break
    if (isContent) seen += 1
    kept.push(step)
  }
  return kept
}

/** The head of an answer, without the announcement of a length. */
export function headOf(answer: readonly Step[]): Step[] {
  return answer.filter((step) => step.type === 'head').map(withoutLength)
}

function inPieces(step: Step): Step[] {
  if (step.type === 'head') return [withoutLength(step)]
  if (step.type !== 'write' || step.part !== 'body') return [step]
  const bytes = typeof step.data === 'string' ? Buffer.from(step.data) : step.data
  const size = Math.max(1, Math.ceil(bytes.length / PIECES))
  const pieces: Step[] = []
  for (let from = 0; from < bytes.length; from += size) {
    pieces.push({ type: 'write', part: 'body', data: bytes.subarray(from, from + size) })
  }
  return pieces
}

function withoutLength(step: Step & { type: 'head' }): Step {
  const { 'content-length': _length, ...headers } = step.headers
  return { ...step, headers }
}
