import type { CallContext } from '@spillway/core'
import type { AnswerMeaning, EventMeaning, OutgoingRequest, Protocol } from '@spillway/http'
import { readAnswer } from './answer.ts'
import { classifyGeminiReply } from './classify-error.ts'
import { expectedIn, isImagePrediction, makesImages } from './expectation.ts'
import type { GeminiEndpoint } from './gemini-endpoint.ts'
import type { InteractionHomes } from './interaction-homes.ts'
import { isObject, type Json, objectIn, parseObject } from './json.ts'
import { type Expectation, hasContent, isTerminal, judgeAnswer, judgePredictions } from './judge-answer.ts'
import { isGeneration, isInteractions, isModelCall, modelOf } from './model-calls.ts'
import { readInteraction, readInteractionEvent } from './read-interaction.ts'
import { readUsage } from './read-usage.ts'
import { route } from './route.ts'

/** Options of {@link geminiProtocol}. */
export interface GeminiProtocolOptions {
  /** What the client sends to when there is no endpoint: URLs under it are rewritten for endpoints. */
  readonly clientBaseUrl: string
  /** What answers must hold, whatever requests say. */
  readonly expect: Expectation | undefined
  /** Whether a request for pictures may be sent again while nobody knows what became of it. */
  readonly repeatImages: boolean
  /** Where interactions are kept. */
  readonly homes: InteractionHomes
}

/** What has to be known of a request to understand its answer. */
interface Asked {
  /** An endpoint may call the model by a name that no longer says that it makes pictures. */
  readonly expect: Expectation
  readonly endpoint: GeminiEndpoint | undefined
  /** Pictures in its stream so far: each chunk only has its own. */
  images: number
}

/** The Gemini dialect, for `resilientFetch`. */
export const geminiProtocol = ({ clientBaseUrl, expect, repeatImages, homes }: GeminiProtocolOptions): Protocol => {
  const asked = new WeakMap<OutgoingRequest, Asked>()
  const about = (request: OutgoingRequest): Asked =>
    asked.get(request) ?? { expect: expect ?? 'content', endpoint: undefined, images: 0 }

  return {
    provider: 'gemini',
    async address(request, context: CallContext) {
      const endpoint = homes.homeOf(request) ?? context.endpoint
      const routed = endpoint === undefined ? request : await route(request, endpoint, clientBaseUrl)
      asked.set(routed, { expect: expect ?? expectedIn(request), endpoint, images: 0 })
      return routed
    },
    modelOf,
    isModelCall: ({ url, method }) => isModelCall(url, method),
    mayRepeat: (request) => repeatImages || !makesImages(request, expect),
    judgeReply: classifyGeminiReply,
    readAnswer(answer, request) {
      const { expect: expected, endpoint } = about(request)
      if (isInteractions(request.url)) homes.remember(answer, endpoint)
      return meaningOf(answer, request, expected)
    },
    readEvent({ data }, request) {
      // Relays in front of the API end their streams as OpenAI does.
      if (data === '[DONE]') return { terminal: true }
      const event = parseObject(data)
      if (event === undefined) return {}
      const state = about(request)
      if (!isInteractions(request.url)) return meaningOfChunk(event, state)
      homes.remember(event['interaction'], state.endpoint)
      return readInteractionEvent(event, state.expect)
    },
  }
}

const meaningOf = (answer: unknown, { url }: OutgoingRequest, expect: Expectation): AnswerMeaning => {
  const said = objectIn(answer)
  if (isInteractions(url)) return readInteraction(said, expect)
  const usage = readUsage(said)
  const used = usage === undefined ? {} : { usage }
  const { error } = said
  if (error !== undefined && error !== null) return { error, ...used }
  if (isImagePrediction(url)) return { verdict: judgePredictions(said), ...used }
  return isGeneration(url) ? { verdict: judgeAnswer(readAnswer(answer), expect), ...used } : used
}

const meaningOfChunk = (chunk: Json, about: Asked): EventMeaning => {
  if (isObject(chunk['error'])) return { error: chunk['error'] }
  const answer = readAnswer(chunk)
  const { images = 0, ...tokens } = readUsage(chunk) ?? {}
  about.images += images
  const usage = images > 0 ? { ...tokens, images: about.images } : tokens
  const terminal = isTerminal(answer)
  return {
    content: hasContent(answer, about.expect),
    terminal,
    ...(Object.keys(usage).length === 0 ? {} : { usage }),
    ...(terminal ? { verdict: judgeAnswer(answer, about.expect) } : {}),
  }
}
