import type { Classifier, Verdict } from '@spillway/core'
import { classifyNetworkError, classifyReply, type HeadersLike, verdictBehind } from '@spillway/http'
import { isObject } from './json.ts'
import { EMPTY, readAnswer, WITHHELD } from './read-answer.ts'
import { refusalOf } from './refusal-of.ts'

/** The names of an error's classes. `name` says "Error" for all of the client's, and `instanceof` fails across copies. */
const classesOf = (error: object): readonly string[] => {
  const names: string[] = []
  for (let at: unknown = Object.getPrototypeOf(error); isPrototype(at); at = Object.getPrototypeOf(at))
    names.push(at.constructor.name)
  return names
}

const isPrototype = (value: unknown): value is { readonly constructor: { readonly name: string } } =>
  typeof value === 'object' && value !== null && typeof value.constructor === 'function'

const TIMEOUT: Verdict = { kind: 'transient', sent: true, billed: 'unknown', code: 'timeout' }
const NETWORK: Verdict = { kind: 'transient', billed: 'unknown' }
const MALFORMED: Verdict = { kind: 'transient', sent: true, billed: 'unknown', code: 'malformed_json' }

/**
 * Judges what the official client throws and gives back, for pipelines around calls of a plain client.
 * `resilient(client)` needs it not: it looks at the replies themselves. What such a client throws in the end is given the
 * verdict that its pipeline had of it.
 *
 * ```ts
 * import { pipeline, retry } from '@spillway/core'
 * import { openaiClassifier } from '@spillway/openai'
 *
 * const calls = pipeline([retry({ maxAttempts: 3 })], { classifier: openaiClassifier() })
 * console.log(calls.name) // => pipeline
 * ```
 */
export const openaiClassifier = (): Classifier => CLASSIFIER

const CLASSIFIER: Classifier = {
  error(error) {
    if (typeof error !== 'object' || error === null) return undefined
    const refusal = refusalOf(error)
    if (refusal !== undefined) return refusal.verdict
    const { status, headers, error: body, cause } = error as Record<'status' | 'headers' | 'error' | 'cause', unknown>
    const judged = verdictBehind(headers)
    if (judged !== undefined) return judged
    const classes = classesOf(error)
    if (classes.includes('APIUserAbortError')) return { kind: 'canceled' }
    if (classes.includes('APIConnectionTimeoutError')) return TIMEOUT
    if (classes.includes('APIConnectionError')) return classifyNetworkError(cause) ?? NETWORK
    if (classes.includes('LengthFinishReasonError')) return { ...WITHHELD, code: 'length' }
    if (classes.includes('ContentFilterFinishReasonError')) return WITHHELD
    if (typeof status === 'number' || classes.includes('APIError')) {
      const reply = { status: typeof status === 'number' ? status : 200, body: { error: body } }
      return classifyReply({ ...reply, headers: hasGet(headers) ? headers : undefined }).verdict
    }
    return error instanceof SyntaxError ? MALFORMED : classifyNetworkError(error)
  },
  value(value) {
    // The client makes `undefined` of an empty body.
    if (value === undefined) return EMPTY
    if (!isObject(value)) return undefined
    const kind =
      value['object'] === 'response'
        ? 'response'
        : 'choices' in value
          ? 'completion'
          : 'created' in value && 'data' in value
            ? 'image'
            : 'other'
    const { verdict, error } = readAnswer(value, kind)
    return error === undefined ? verdict : classifyReply({ status: 200, body: { error } }).verdict
  },
}

const hasGet = (headers: unknown): headers is HeadersLike =>
  typeof headers === 'object' && headers !== null && typeof (headers as Partial<HeadersLike>).get === 'function'
