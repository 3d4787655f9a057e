import type { Verdict } from '@spillway/core'
import type { AnswerMeaning } from '@spillway/http'
import { isFilled, isObject, objectsOf, type Json } from './json.ts'
import { readUsage } from './read-usage.ts'

/** What a request asks for, as far as its answer has to be understood. */
export type AnswerKind = 'completion' | 'response' | 'image' | 'other'

/** Answered, and the result is missing. Another try may bring it; each may be billed. */
export const EMPTY: Verdict = { kind: 'empty', sent: true, billed: 'unknown', scope: 'model' }

/** Answered, and the result was withheld: the same request would be withheld again. */
export const WITHHELD: Verdict = {
  kind: 'request_failed',
  sent: true,
  billed: 'unknown',
  scope: 'request',
  code: 'content_filter',
}

const CUT_OFF = new Set(['length', 'max_tokens', 'max_output_tokens'])

/** What the finish reason of an answer without content says about it; `undefined`: the caller's own limit cut it off. */
export const verdictOfFinish = (reason: unknown): Verdict | undefined =>
  reason === 'content_filter' ? WITHHELD : CUT_OFF.has(String(reason)) ? undefined : EMPTY

/** Text, a tool call, a refusal, audio, a picture; not the model's thoughts alone. */
export const hasContent = (message: Json): boolean =>
  ['content', 'tool_calls', 'function_call', 'refusal', 'audio', 'images'].some((field) => isFilled(message[field]))

/** Reads a JSON answer with status 200: some providers put errors there, some answer without the result. */
export const readAnswer = (answer: unknown, kind: AnswerKind): AnswerMeaning => {
  // Errors in an array are a habit of Gemini's compatible API.
  const error = errorIn(Array.isArray(answer) ? answer[0] : answer)
  const usage = isObject(answer) ? readUsage(answer) : undefined
  const used = usage === undefined ? {} : { usage }
  if (error !== undefined) return { error, ...used }
  const verdict = kind === 'other' ? undefined : verdictOf(answer, kind)
  return verdict === undefined ? used : { verdict, ...used }
}

const verdictOf = (answer: unknown, kind: Exclude<AnswerKind, 'other'>): Verdict | undefined => {
  if (!isObject(answer)) return EMPTY
  if (kind === 'completion') return verdictOfCompletion(answer)
  if (kind === 'response') return verdictOfResponse(answer)
  const made = objectsOf(answer['data']).some(({ b64_json: bytes, url }) => isFilled(bytes) || isFilled(url))
  return made ? undefined : EMPTY
}

const errorIn = (answer: unknown): unknown => {
  if (!isObject(answer)) return undefined
  const { error, status } = answer
  if (isFilled(error)) return error
  return status === 'failed' ? { code: 'server_error' } : undefined
}

const verdictOfCompletion = (answer: Json): Verdict | undefined => {
  const choices = objectsOf(answer['choices'])
  const filled = choices.some(({ message, text }) => isFilled(text) || (isObject(message) && hasContent(message)))
  return filled ? undefined : verdictOfFinish(choices[0]?.['finish_reason'])
}

const verdictOfResponse = (answer: Json): Verdict | undefined => {
  const { status, output, incomplete_details: details } = answer
  // One that runs in the background is fetched later.
  if (isFilled(output) || status === 'queued' || status === 'in_progress') return undefined
  return verdictOfFinish(isObject(details) ? details['reason'] : undefined)
}
