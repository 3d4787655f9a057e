import type { Verdict } from '@spillway/core'

/** What an answer must hold to be one: a picture, or anything at all. */
export type Expectation = 'image' | 'content'

/** The shape of an answer, on the wire and as the client's `GenerateContentResponse`. */
export interface Answer {
  readonly candidates?: readonly Candidate[]
  readonly promptFeedback?: { readonly blockReason?: string } | undefined
}

interface Candidate {
  readonly content?: { readonly parts?: readonly Part[] | undefined } | undefined
  readonly finishReason?: string | undefined
  readonly continuationToken?: unknown
}

interface Part {
  readonly text?: string | undefined
  /** A thought, in words or as a draft picture, is not part of the answer. */
  readonly thought?: boolean | undefined
  readonly inlineData?: { readonly mimeType?: string; readonly data?: string } | undefined
  readonly fileData?: { readonly mimeType?: string; readonly fileUri?: string } | undefined
  readonly functionCall?: unknown
  readonly executableCode?: unknown
  readonly codeExecutionResult?: unknown
}

/** The same request would be refused, or cut off, again. */
const FINAL: ReadonlySet<string> = new Set([
  'SAFETY',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'SPII',
  'IMAGE_SAFETY',
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
export const judgeAnswer = (answer: Answer, expect: Expectation): Verdict => {
  const blocked = answer.promptFeedback?.blockReason
  const candidates = answer.candidates ?? []
  if (candidates.length === 0)
    return blocked === undefined ? judged('empty', 'NO_CANDIDATE') : judged('request_failed', blocked)
  if (candidates.some((candidate) => isUsable(candidate, expect))) return OK
  const reason = candidates.find(({ finishReason }) => FINAL.has(finishReason ?? ''))?.finishReason
  if (reason !== undefined) return judged('request_failed', reason)
  const slip = candidates[0]?.finishReason ?? 'STOP'
  return judged('empty', slip === 'STOP' ? (expect === 'image' ? 'NO_IMAGE_PART' : 'NO_CONTENT') : slip)
}

const isUsable = ({ content, finishReason, continuationToken }: Candidate, expect: Expectation): boolean =>
  finishReason === 'CONTINUATION' ||
  (continuationToken !== undefined && finishReason === undefined) ||
  (content?.parts ?? []).some((part) => isResult(part, expect))

/** Whether a part is what the caller waits for. A tool call is, whatever was expected: the answer comes after it. */
const isResult = (part: Part, expect: Expectation): boolean => {
  if (part.thought) return false
  if (part.functionCall !== undefined) return true
  if (expect === 'image') return isImage(part)
  return (
    (part.text !== undefined && part.text !== '') ||
    part.inlineData !== undefined ||
    part.fileData !== undefined ||
    part.executableCode !== undefined ||
    part.codeExecutionResult !== undefined
  )
}

const isImage = ({ inlineData, fileData }: Part): boolean =>
  (inlineData?.data !== undefined && inlineData.data !== '' && isImageType(inlineData.mimeType)) ||
  (fileData?.fileUri !== undefined && isImageType(fileData.mimeType))

const isImageType = (mimeType: string | undefined): boolean => mimeType === undefined || mimeType.startsWith('image/')

/** Whether a chunk of a stream is more than preamble: something of it belongs to the answer, thoughts included. */
export const hasContent = ({ candidates = [] }: Answer): boolean =>
  candidates.some(({ content }) =>
    (content?.parts ?? []).some(({ text, ...others }) => (text !== undefined && text !== '') || hasData(others)),
  )

const hasData = (part: Omit<Part, 'text'>): boolean =>
  part.inlineData !== undefined ||
  part.fileData !== undefined ||
  part.functionCall !== undefined ||
  part.executableCode !== undefined ||
  part.codeExecutionResult !== undefined

/** Whether a chunk is the last of its request: it says why the model stopped, or why it did not begin. */
export const isTerminal = ({ candidates = [], promptFeedback }: Answer): boolean =>
  promptFeedback?.blockReason !== undefined || candidates.some(({ finishReason }) => finishReason !== undefined)
