import { isFilled, isObject, type Json, objectIn, objectsIn } from './json.ts'

/** An answer, or one chunk of it, as far as it has to be understood. */
export interface Answer {
  readonly candidates: readonly Candidate[]
  /** Why the prompt was refused. */
  readonly blockReason: string | undefined
}

export interface Candidate {
  readonly parts: readonly Part[]
  readonly finishReason: string | undefined
  /** The client will ask for the rest of it. */
  readonly continues: boolean
}

export interface Part {
  /** What the caller gets of it; `other` is what code and tools give. Empty parts are left out. */
  readonly kind: 'text' | 'image' | 'media' | 'call' | 'other'
  /** A thought, in words or as a draft picture, is not part of the answer. */
  readonly thought: boolean
}

/**
 * Reads an answer, from the wire or from the client. It comes from outside: whatever has another shape is as good as
 * absent.
 */
export const readAnswer = (value: unknown): Answer => {
  const { candidates, promptFeedback } = objectIn(value)
  return {
    candidates: objectsIn(candidates).map((candidate) => readCandidate(candidate)),
    blockReason: word(objectIn(promptFeedback)['blockReason']),
  }
}

const readCandidate = ({ content, finishReason, continuationToken }: Json): Candidate => {
  const reason = word(finishReason)
  const hasToken = continuationToken !== undefined && continuationToken !== null
  return {
    parts: objectsIn(objectIn(content)['parts']).flatMap((part) => readPart(part) ?? []),
    finishReason: reason,
    continues: reason === 'CONTINUATION' || (hasToken && reason === undefined),
  }
}

const readPart = (part: Json): Part | undefined => {
  const thought = part['thought'] === true
  const { text, inlineData, fileData, functionCall, executableCode, codeExecutionResult } = part
  if (isObject(functionCall)) return { kind: 'call', thought }
  const inline = objectIn(inlineData)
  if (isFilled(inline['data'])) return { kind: kindOf(inline['mimeType']), thought }
  const file = objectIn(fileData)
  if (isFilled(file['fileUri'])) return { kind: kindOf(file['mimeType']), thought }
  if (isFilled(text)) return { kind: 'text', thought }
  return isObject(executableCode) || isObject(codeExecutionResult) ? { kind: 'other', thought } : undefined
}

const kindOf = (mimeType: unknown): 'image' | 'media' =>
  typeof mimeType !== 'string' || mimeType.startsWith('image/') ? 'image' : 'media'

/** Reasons become codes in events and metrics: a word, or `OTHER`. */
const word = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : 'OTHER'
}
