import type { Verdict } from '@spillway/core'
import type { Answer, Candidate, Part } from './answer.ts'
import { isFilled, type Json, objectsIn } from './json.ts'

/** What an answer must hold to be one: a picture, or anything at all. */
export type Expectation = 'image' | 'content'

/** The same request would be refused, or cut off, again. */
const FINAL: ReadonlySet<string> = new Set([
  'SAFETY',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'SPII',
  'IMAGE_PROHIBITED_CONTENT',
  'MAX_TOKENS',
  'TOO_MANY_TOOL_CALLS',
  'LANGUAGE',
])

const OK: Verdict = { kind: 'success', sent: true, billed: 'yes' }

const judged = (kind: 'empty' | 'request_failed', code: string): Verdict => ({
  kind,
  code,
  status: 200,
  scope: 'request',
  sent: true,
  // Google does not say whether it charges for an answer without a result.
  billed: 'unknown',
})

/**
 * The verdict on a reply with status 200: whether it holds what was asked for.
 *
 * A candidate with the result is a success whatever its finish reason. Without one, a refusal by policy is
 * `request_failed`, and a slip of the model (`NO_IMAGE`, words instead of a picture, thoughts only, `{}`) is `empty`,
 * which another try may mend.
 */
export const judgeAnswer = ({ candidates, blockReason }: Answer, expect: Expectation): Verdict => {
  if (candidates.some((candidate) => isUsable(candidate, expect))) return OK
  const final = blockReason ?? candidates.find(({ finishReason }) => FINAL.has(finishReason ?? ''))?.finishReason
  if (final !== undefined) return judged('request_failed', final)
  const [first] = candidates
  if (first === undefined) return judged('empty', 'NO_CANDIDATE')
  const { finishReason = 'STOP' } = first
  if (finishReason !== 'STOP') return judged('empty', finishReason)
  return judged('empty', expect === 'image' ? 'NO_IMAGE_PART' : 'NO_CONTENT')
}

/**
 * The same for what `generateImages` and its kin are answered with: a picture each, or the reason why one was filtered.
 * The filter looks at the pictures that were made; others may pass.
 */
export const judgePredictions = (answer: Json): Verdict => {
  const predictions = objectsIn(answer['predictions'])
  if (predictions.some(({ bytesBase64Encoded: bytes, gcsUri }) => isFilled(bytes) || isFilled(gcsUri))) return OK
  return judged(
    'empty',
    predictions.some(({ raiFilteredReason }) => isFilled(raiFilteredReason)) ? 'FILTERED' : 'NO_IMAGE',
  )
}

const isUsable = ({ parts, continues }: Candidate, expect: Expectation): boolean =>
  continues || parts.some((part) => isResult(part, expect))

/** Whether a part is what the caller waits for. A tool call is, whatever was expected: the answer comes after it. */
const isResult = ({ kind, thought }: Part, expect: Expectation): boolean =>
  !thought && (expect === 'content' || kind === 'image' || kind === 'call')

/**
 * Whether a chunk of a stream is more than preamble. Where anything will do, thoughts are part of what the reader sees;
 * where a picture is expected, words and thoughts before it are held back, so that an answer without one can be asked for
 * again.
 */
export const hasContent = ({ candidates }: Answer, expect: Expectation): boolean =>
  candidates.some(({ parts }) => parts.some((part) => expect === 'content' || isResult(part, expect)))

/** Whether a chunk is the last of its request: it says why the model stopped, or why it did not begin. */
export const isTerminal = ({ candidates, blockReason }: Answer): boolean =>
  blockReason !== undefined || candidates.some(({ finishReason }) => finishReason !== undefined)
