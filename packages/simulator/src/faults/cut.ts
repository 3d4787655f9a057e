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
    if (seen >= chunks && (isContent(step) || step.type === 'end' || (step.type === 'write' && step.part === 'final')))
      break
    // The head comes with the first chunk, however little follows.
    if (seen >= chunks && step.type === 'wait' && kept.some(({ type }) => type === 'head')) break
    if (isContent(step)) seen += 1
    kept.push(step)
  }
  return kept
}

/** The first half of the content write after `chunks` of them; of the last one where there are not so many. */
export function nextHalf(answer: readonly Step[], chunks: number): Buffer {
  const writes = answer.flatMap(inPieces).flatMap((step) => (isContent(step) ? [Buffer.from(step.data)] : []))
  const next = writes[chunks] ?? writes.at(-1) ?? Buffer.alloc(0)
  return next.subarray(0, Math.ceil(next.length / 2))
}

/** The head of an answer, without the announcement of a length. */
export function headOf(answer: readonly Step[]): Step[] {
  return answer.filter((step) => step.type === 'head').map(withoutLength)
}

const isContent = (step: Step): step is Step & { type: 'write' } =>
  step.type === 'write' && (step.part === 'content' || step.part === 'body')

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
