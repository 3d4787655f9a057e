import { InvalidOptionsError, standardPipeline, type Pipeline, type StandardPipelineOptions } from '@spillway/core'
import { checkResilientOptions, resilientFetch, type Fetch } from '@spillway/http'
import { checkClient, fetchOf, type OpenAIClient } from './check-client.ts'
import { openaiClassifier } from './openai-classifier.ts'
import { checkEndpoints, rewrites, type OpenAIEndpoint } from './openai-endpoint.ts'
import { openaiProtocol } from './openai-protocol.ts'
import { withIdempotencyKey } from './idempotency-key.ts'

/** What {@link resilient} takes beside the options of the pipeline. */
export interface OpenAIClientOptions {
  /**
   * Whether a request for images or videos may be sent again, or hedged, while nobody knows what became of it: after a
   * passed time limit, a broken connection, a gateway's 502 or 504. The first may have been made, and is billed then. What
   * was refused, or answered without an image, is asked for again in any case. @default false
   */
  readonly repeatImages?: boolean
  /**
   * A header that carries a value of its own for each call to a model, the same for all its attempts, unless the call
   * brings one. For servers and relays that know a repeated request by it. @default none
   */
  readonly idempotencyHeader?: string
  /**
   * How much of a JSON answer, or of one event of a stream, is read into memory, in bytes; what is longer fails with an
   * `AnswerTooLargeError`. Files and speech are handed over as they come and have no limit. @default 134217728 (128 MiB):
   * ten large pictures in base64
   */
  readonly maxAnswerBytes?: number
}

/** A pipeline of one's own, shared by as many clients as one likes. */
export interface PipelineChoice extends OpenAIClientOptions {
  /** What every request runs through. The endpoints of its `failover` are `OpenAIEndpoint`s. */
  readonly pipeline: Pipeline<Response>
}

/** The standard pipeline, made for this client. Errors and answers are judged as those of OpenAI's APIs. */
export interface StandardChoice
  extends OpenAIClientOptions, Omit<StandardPipelineOptions<OpenAIEndpoint, Response>, 'classifier'> {}

/**
 * Options of {@link resilient}: those of `standardPipeline`, or a `pipeline` of your own; beside either those of the client.
 */
export type ResilientOptions = PipelineChoice | StandardChoice

/** By their `fetch`, which clones of a client carry on. */
const pipelines = new WeakMap<Fetch, Pipeline<Response>>()

/**
 * The same client, made resilient: same class, same methods, same types, with every request through a pipeline.
 *
 * Its own retries are switched off, and its `timeout` (600 s unless set) becomes a limit on the whole call, all attempts
 * and waits included. What Spillway refuses arrives as an error of the client's own classes; see `refusalOf`.
 *
 * ```ts
 * import OpenAI from 'openai'
 * import { resilient } from '@spillway/openai'
 * import { createSimulator } from '@spillway/simulator'
 *
 * const simulator = createSimulator({ replies: [{ fault: 'overloaded', retryAfterMs: 10 }] }, { timeScale: 100 })
 * const { url } = await simulator.listen()
 * const client = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' }), { timeout: { totalMs: 60_000 } })
 * const answer = await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hello' }] })
 * console.log(answer.choices.length, simulator.counters().total.requests) // => 1 2
 * await simulator.close()
 * ```
 *
 * @param client an `OpenAI` or `AzureOpenAI`, of any copy of the package; its own `fetch` is kept underneath
 * @throws InvalidOptionsError for anything else, for a client with an X.509 certificate, for a client that is resilient
 *   already, and for a wrong option
 */
export const resilient = <C extends OpenAIClient>(client: C, options: ResilientOptions = {}): C => {
  const { fetch, signs } = checkClient(client)
  if (pipelines.has(fetch))
    throw new InvalidOptionsError('resilient.client', client, 'a plain client: this one is resilient already')
  checkResilientOptions(options, ['idempotencyHeader'])
  const { repeatImages = false, idempotencyHeader, maxAnswerBytes, ...ofPipeline } = options
  const isHeader = typeof idempotencyHeader === 'string' && /^[\w-]+$/.test(idempotencyHeader)
  if (idempotencyHeader !== undefined && !isHeader)
    throw new InvalidOptionsError('resilient.idempotencyHeader', idempotencyHeader, 'the name of a header')
  const limit = maxAnswerBytes === undefined ? {} : { maxAnswerBytes }
  const own = [{ name: 'openai' }]
  const endpoints: readonly OpenAIEndpoint[] = 'pipeline' in ofPipeline ? own : (ofPipeline.endpoints ?? own)
  checkEndpoints(endpoints, client.baseURL)
  if (signs && endpoints.some(rewrites))
    throw new InvalidOptionsError(
      'resilient.endpoints',
      endpoints,
      'names alone for a client whose provider signs requests',
    )
  const pipeline = 'pipeline' in ofPipeline ? ofPipeline.pipeline : makePipeline(ofPipeline, endpoints)
  const protocol = openaiProtocol(client.baseURL, { repeatImages, idempotencyHeader })
  const fetchThrough = resilientFetch(pipeline, { fetch, protocol, refusals: 'respond', ...limit })
  const send = idempotencyHeader === undefined ? fetchThrough : withIdempotencyKey(fetchThrough, idempotencyHeader)
  pipelines.set(send, pipeline)
  // The client asks any other fetch for `data:,` before its first upload, to see what class its answers are of.
  Object.assign(send, { Response })
  const made = client.withOptions({ fetch: send, maxRetries: 0 })
  if (fetchOf(made) !== send || made.maxRetries !== 0)
    throw new InvalidOptionsError(
      'resilient.client',
      client,
      'of a class whose constructor hands its options to OpenAI: withOptions() of this one loses them. Give resilientFetch() of @spillway/http to its constructor',
    )
  return made as C
}

const makePipeline = (options: StandardChoice, endpoints: readonly OpenAIEndpoint[]): Pipeline<Response> =>
  standardPipeline<OpenAIEndpoint, Response>({
    name: 'openai',
    classifier: openaiClassifier(),
    ...options,
    endpoints,
  })

/**
 * The pipeline behind a resilient client, for its events and state. Clones made with `withOptions` share it.
 *
 * ```ts
 * import OpenAI from 'openai'
 * import { pipelineOf, resilient } from '@spillway/openai'
 *
 * const client = resilient(new OpenAI({ apiKey: 'any' }))
 * pipelineOf(client).events.subscribe((event) => console.log(event.type))
 * console.log(pipelineOf(client).name) // => openai
 * ```
 *
 * @throws InvalidOptionsError when the client did not come from {@link resilient}
 */
export const pipelineOf = (client: OpenAIClient): Pipeline<Response> => {
  const pipeline = typeof client === 'object' && client !== null ? pipelines.get(fetchOf(client)) : undefined
  if (pipeline === undefined) throw new InvalidOptionsError('pipelineOf.client', client, 'a client made by resilient()')
  return pipeline
}
