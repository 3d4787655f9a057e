import type { GoogleGenAI } from '@google/genai'
import {
  checkOneOf,
  InvalidOptionsError,
  type OpenCall,
  type Pipeline,
  type RetryOptions,
  STANDARD_TIMEOUTS,
  standardPipeline,
  type StandardPipelineOptions,
} from '@spillway/core'
import { checkResilientOptions, type Fetch, resilientFetch, unlimitedFetch } from '@spillway/http'
import { canonicalError } from './canonical-error.ts'
import { clientCalls } from './client-call.ts'
import { copyClient, insideOf } from './copy-client.ts'
import { EXPECTATIONS } from './expectation.ts'
import { checkEndpoints, type ClientPlace, type GeminiEndpoint } from './gemini-endpoint.ts'
import { geminiProtocol } from './gemini-protocol.ts'
import { interactionHomes } from './interaction-homes.ts'
import type { Expectation } from './judge-answer.ts'
import { isKeptRequest, keptFetch } from './kept-requests.ts'
import { isModelCall } from './model-calls.ts'
import { wrapNewerResources } from './newer-resources.ts'
import { wrapModels } from './wrap-models.ts'

/** What {@link resilient} takes beside the options of the pipeline. */
export interface GeminiClientOptions {
  /**
   * What an answer must hold to be one: `image`, or `content` for anything at all. An answer without it is asked for
   * again, `retry.maxRerolls` times.
   * @default `image` where `responseModalities` names it, or names nothing and the model's name says `image` or `banana`
   */
  readonly expect?: Expectation
  /**
   * Whether a request for pictures may be sent again, or hedged, while nobody knows what became of it: after a passed time
   * limit, a broken connection, a gateway's 502 or 504. The first may have been made, and is billed then. What was
   * refused, or answered without a picture, is asked for again in any case. @default false
   */
  readonly repeatImages?: boolean
  /**
   * How much of an answer, or of one event of a stream, is read into memory, in bytes; what is longer fails with an
   * `AnswerTooLargeError`. @default 134217728 (128 MiB): ten large pictures in base64
   */
  readonly maxAnswerBytes?: number
}

/** A pipeline of one's own, shared by as many clients as one likes. */
export interface PipelineChoice extends GeminiClientOptions {
  /** Its failover may have {@link GeminiEndpoint}s; without one, every call goes to the client's own endpoint. */
  readonly pipeline: Pipeline<Response>
}

/** The standard pipeline, made for this client. Errors and answers are judged as Gemini's. */
export interface StandardChoice
  extends GeminiClientOptions, Omit<StandardPipelineOptions<GeminiEndpoint, Response>, 'classifier'> {}

/** Options of {@link resilient}. */
export type ResilientOptions = PipelineChoice | StandardChoice

const pipelines = new WeakMap<GoogleGenAI, Pipeline<Response>>()

/**
 * A second client, of the same class and with the same options as the given one, whose calls to models run through a
 * pipeline. The given client stays as it is.
 *
 * ```ts
 * import { GoogleGenAI } from '@google/genai'
 * import { imagesOf, resilient } from '@spillway/gemini'
 * import { createSimulator } from '@spillway/simulator'
 *
 * const simulator = createSimulator({ replies: [{ fault: 'overloaded' }] }, { timeScale: 1000 })
 * const { url } = await simulator.listen()
 * const ai = resilient(new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url } }))
 * const response = await ai.models.generateContent({ model: 'gemini-3-pro-image', contents: 'A red kite' })
 * console.log(imagesOf(response)[0]?.mimeType) // => image/png
 * await simulator.close()
 * ```
 *
 * @param ai made with whatever options; its `retryOptions` are left out, because there must be one retry loop
 * @throws InvalidOptionsError when an option is wrong, or the client is already resilient
 */
export const resilient = <C extends GoogleGenAI>(ai: C, options: ResilientOptions = {}): C => {
  const { httpOptions, apiClient, vertexai, project, location, apiKey } = insideOf(ai)
  if (pipelines.has(ai))
    throw new InvalidOptionsError('resilient.ai', ai, 'a plain client: two pipelines would multiply their attempts')
  checkResilientOptions(options, ['expect'])
  const { expect, repeatImages = false, maxAnswerBytes } = options
  if (expect !== undefined) checkOneOf('resilient.expect', expect, EXPECTATIONS)
  const limit = maxAnswerBytes === undefined ? {} : { maxAnswerBytes }
  const clientBaseUrl = apiClient.getBaseUrl()
  const hasProject = vertexai && project !== undefined && location !== undefined && apiKey === undefined
  const pipeline = pipelineFor(options, { baseUrl: clientBaseUrl, vertexai, hasProject })
  const plain: Fetch = httpOptions?.fetch ?? unlimitedFetch
  const homes = interactionHomes()
  const protocol = geminiProtocol({ clientBaseUrl, expect, repeatImages, homes })
  const kept = keptFetch({ fetch: plain, homes, clientBaseUrl, name: pipeline.name, ...limit, ...limitsOf(options) })
  const through = (within: OpenCall | undefined, fetch: Fetch = plain): Fetch => {
    const part = within === undefined ? {} : { within }
    const resilientSend = resilientFetch(pipeline, { fetch, protocol, ...limit, ...part })
    return async (input, init) => {
      const url = input instanceof Request ? input.url : String(input)
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
      if (isModelCall(url, method)) return canonicalError(await resilientSend(input, init))
      return isKeptRequest(url, method) ? canonicalError(await kept(input, init)) : fetch(input, init)
    }
  }
  const copy = copyClient(ai, through(undefined))
  const begin = clientCalls(through)
  wrapModels(copy.models, begin, httpOptions?.timeout)
  wrapNewerResources(copy, begin)
  pipelines.set(copy, pipeline)
  return copy
}

/**
 * The pipeline behind a client made by {@link resilient}: for its events and its state.
 *
 * @throws InvalidOptionsError for any other client
 */
export const pipelineOf = (ai: GoogleGenAI): Pipeline<Response> => {
  const pipeline = pipelines.get(ai)
  if (pipeline === undefined) throw new InvalidOptionsError('pipelineOf.ai', ai, 'a client made by resilient()')
  return pipeline
}

const pipelineFor = (options: ResilientOptions, client: ClientPlace): Pipeline<Response> => {
  if ('pipeline' in options) return options.pipeline
  const {
    expect: _expect,
    repeatImages: _repeat,
    maxAnswerBytes: _most,
    endpoints = [{ name: 'gemini' }],
    ...rest
  } = options
  checkEndpoints(endpoints, client)
  return standardPipeline({ name: 'gemini', ...rest, endpoints })
}

/** The limits that requests outside of the pipeline share with it. */
const limitsOf = (options: ResilientOptions): { readonly totalMs: number; readonly retry: RetryOptions } => {
  if ('pipeline' in options) return { totalMs: STANDARD_TIMEOUTS.totalMs, retry: {} }
  const { timeout, retry } = options
  return {
    totalMs: timeout?.totalMs ?? STANDARD_TIMEOUTS.totalMs,
    retry: retry === false ? { maxAttempts: 1 } : (retry ?? {}),
  }
}
