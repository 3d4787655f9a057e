import { type Classifier, type Clock, checkKnown, checkOneOf, systemClock, type Verdict } from '@spillway/core'
import { classifyNetworkError } from '@spillway/http'
import { readAnswer } from './answer.ts'
import { classifyGeminiReply } from './classify-error.ts'
import { EXPECTATIONS, expectedOf } from './expectation.ts'
import { isObject, type Json } from './json.ts'
import { type Expectation, judgeAnswer } from './judge-answer.ts'
import { readInteraction } from './read-interaction.ts'

/** Options of {@link geminiClassifier}. */
export interface GeminiClassifierOptions {
  /**
   * What an answer must hold: `image`, or `content` for anything at all.
   * @default `image` for models with `image` or `banana` in their names, else `content`
   */
  readonly expect?: Expectation
  /** Says what day it is where daily quotas come back at midnight. @default real time */
  readonly clock?: Clock
}

/**
 * Judges what a plain `@google/genai` client throws and gives back, for operations that call it inside a pipeline.
 * `resilient()` brings its own.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { geminiClassifier } from '@spillway/gemini'
 *
 * const calls = pipeline([retry({ maxRerolls: 0 })], { classifier: geminiClassifier({ expect: 'image' }) })
 * calls.events.subscribe((event) => event.type === 'call.completed' && console.log(event.verdict.kind))
 * await calls.execute(async () => ({ candidates: [{ finishReason: 'NO_IMAGE' }] })) // => empty
 * ```
 *
 * @throws InvalidOptionsError when an option is unknown or wrong
 */
export const geminiClassifier = (options: GeminiClassifierOptions = {}): Classifier => {
  checkKnown('geminiClassifier', options, ['expect', 'clock'])
  const { expect, clock = systemClock } = options
  if (expect !== undefined) checkOneOf('geminiClassifier.expect', expect, EXPECTATIONS)
  return {
    error: (error) => classifyThrown(error, clock.wallTime()),
    value: (value) => {
      if (isInteraction(value)) return readInteraction(value).verdict
      return isAnswer(value) ? judgeAnswer(readAnswer(value), expect ?? expectedOf(value.modelVersion)) : undefined
    },
  }
}

/** A bare reply has none of these either: `{}`, which the client gives the headers it came with. */
const FIELDS: ReadonlySet<string> = new Set([
  'candidates',
  'promptFeedback',
  'usageMetadata',
  'modelVersion',
  'responseId',
  'createTime',
  'modelStatus',
  'sdkHttpResponse',
  'automaticFunctionCallingHistory',
])

/** An answer as the client gives it, or plain JSON; what an operation gives back besides is none of our business. */
const isAnswer = (value: unknown): value is { readonly modelVersion?: string } =>
  typeof value === 'object' &&
  value !== null &&
  ('functionCalls' in value || Object.getPrototypeOf(value) === Object.prototype) &&
  Object.keys(value).every((key) => FIELDS.has(key))

/** As `interactions.create` and `get` give it. */
const isInteraction = (value: unknown): value is Json =>
  isObject(value) &&
  typeof value['id'] === 'string' &&
  typeof value['status'] === 'string' &&
  Array.isArray(value['steps'])

const classifyThrown = (error: unknown, wallTimeMs: number): Verdict | undefined => {
  if (!(error instanceof Error)) return undefined
  const { name, message } = error
  const { status, statusCode = status } = error as { status?: unknown; statusCode?: unknown }
  // The client has two families of errors, and copies of the package have two of each: the shape is what they share.
  if (typeof statusCode === 'number') {
    const { headers } = error as { headers?: unknown }
    const told = headers instanceof Headers ? { headers } : {}
    return classifyGeminiReply({ status: statusCode, body: bodyOf(error), wallTimeMs, ...told }).verdict
  }
  // Without a signal of ours that says why, somebody else has ended it: the caller, or `httpOptions.timeout`.
  if (name === 'AbortError') return { kind: 'canceled' }
  if (name === 'SyntaxError') return { ...BROKEN, code: 'broken_body' }
  if (/^Incomplete JSON segment|^exception parsing stream chunk/.test(message))
    return { ...BROKEN, code: 'truncated_stream' }
  if (name === 'ContinuationInterruptedError') return { ...BROKEN, code: 'continuation_interrupted' }
  return classifyNetworkError(error)
}

const BROKEN: Verdict = { kind: 'transient', sent: true, billed: 'unknown' }

/** `ApiError` has the body in its message; the newer resources keep it. */
const bodyOf = (error: Error): string => {
  const { body } = error as { body?: unknown }
  return typeof body === 'string' ? body : error.message
}
