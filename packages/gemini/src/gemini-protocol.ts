import type { CallContext } from '@spillway/core'
import type { AnswerMeaning, EventMeaning, OutgoingRequest, Protocol, ServerSentEvent } from '@spillway/http'
import { readAnswer } from './answer.ts'
import { classifyGeminiReply } from './classify-error.ts'
import { expectedIn } from './expectation.ts'
import { type Expectation, hasContent, isTerminal, judgeAnswer } from './judge-answer.ts'
import { isInteractions, isModelCall } from './model-calls.ts'
import { route } from './route.ts'

/** Options of {@link geminiProtocol}. */
export interface GeminiProtocolOptions {
  /** What the client sends to when there is no endpoint: URLs under it are rewritten for endpoints. */
  readonly clientBaseUrl: string
  /** What answers must hold, whatever requests say. */
  readonly expect: Expectation | undefined
}

/** The Gemini dialect, for `resilientFetch`. */
export const geminiProtocol = ({ clientBaseUrl, expect }: GeminiProtocolOptions): Protocol => {
  /** An endpoint may call the model by a name that no longer says that it makes pictures. */
  const expectations = new WeakMap<OutgoingRequest, Expectation>()

  return {
    provider: 'gemini',
    async address(request, { endpoint }: CallContext) {
      const routed = endpoint === undefined ? request : await route(request, endpoint, clientBaseUrl)
      expectations.set(routed, expect ?? expectedIn(request))
      return routed
    },
    isModelCall: ({ url, method }) => isModelCall(url, method),
    judgeReply: classifyGeminiReply,
    readAnswer: (answer, request) => meaningOf(answer, request, expectations.get(request) ?? 'content'),
    readEvent: (event, request) => readEvent(event, request, expectations.get(request) ?? 'content'),
  }
}

type Json = Readonly<Record<string, unknown>>

const meaningOf = (answer: unknown, { url }: OutgoingRequest, expect: Expectation): AnswerMeaning => {
  const error = isObject(answer) ? answer['error'] : undefined
  if (error !== undefined && error !== null && !isInteractions(url)) return { error }
  return isGeneration(url) ? { verdict: judgeAnswer(readAnswer(answer), expect) } : {}
}

const isGeneration = (url: string): boolean => /:(?:generateContent|streamGenerateContent)(?:\?|$)/.test(url)

const readEvent = ({ data }: ServerSentEvent, { url }: OutgoingRequest, expect: Expectation): EventMeaning => {
  // Relays in front of the API end their streams as OpenAI does.
  if (data === '[DONE]') return { terminal: true }
  const chunk = parsed(data)
  if (chunk === undefined) return {}
  if (isInteractions(url)) return readInteraction(chunk)
  if (isObject(chunk['error'])) return { error: chunk['error'] }
  const answer = readAnswer(chunk)
  const terminal = isTerminal(answer)
  return { content: hasContent(answer), terminal, ...(terminal ? { verdict: judgeAnswer(answer, expect) } : {}) }
}

/** Statuses after which an interaction sends nothing more. */
const ENDED: ReadonlySet<unknown> = new Set([
  'requires_action',
  'completed',
  'failed',
  'cancelled',
  'incomplete',
  'budget_exceeded',
  'requires_continuation',
])

const readInteraction = (event: Json): EventMeaning => {
  const { event_type: type, error, status } = event
  if (type === 'error') return { error: error ?? {} }
  if (type === 'step.delta') return { content: true }
  return type === 'interaction.completed' || ENDED.has(status) ? { terminal: true } : {}
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const parsed = (data: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
