import { InvalidOptionsError, standardPipeline, type Pipeline, type StandardPipelineOptions } from '@spillway/core'
import { resilientFetch, type Fetch } from '@spillway/http'
import type OpenAI from 'openai'
import { openaiClassifier } from './openai-classifier.ts'
import { checkEndpoints, rewrites, type OpenAIEndpoint } from './openai-endpoint.ts'
import { openaiProtocol } from './openai-protocol.ts'

/**
 * Options of {@link resilient}: those of `standardPipeline`, or a `pipeline` of your own and nothing else.
 */
export type ResilientOptions =
  | StandardPipelineOptions<OpenAIEndpoint, Response>
  | {
      /** What every request runs through. The endpoints of its `failover` are `OpenAIEndpoint`s. */
      readonly pipeline: Pipeline<Response>
    }

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
 * @param client an `OpenAI` or `AzureOpenAI`; its own `fetch` is kept underneath
 * @throws InvalidOptionsError for anything else, for a client with workload identity, for a client that is resilient
 *   already, and for a wrong option
 */
export const resilient = <C extends OpenAI>(client: C, options: ResilientOptions = {}): C => {
  const seen = look(client)
  const own = [{ name: 'openai' }]
  const isMade = 'pipeline' in options
  if (isMade && Object.keys(options).length > 1)
    throw new InvalidOptionsError('resilient', options, 'either { pipeline } alone or options of standardPipeline')
  if (isMade && typeof options.pipeline?.execute !== 'function')
    throw new InvalidOptionsError('resilient.pipeline', options.pipeline, 'a pipeline, such as standardPipeline()')
  const endpoints: readonly OpenAIEndpoint[] = isMade ? own : (options.endpoints ?? own)
  checkEndpoints(endpoints, client.baseURL)
  if (seen.signs && endpoints.some(rewrites))
    throw new InvalidOptionsError(
      'resilient.endpoints',
      endpoints,
      'names alone for a client whose provider signs requests',
    )
  const pipeline: Pipeline<Response> = isMade
    ? options.pipeline
    : standardPipeline<OpenAIEndpoint, Response>({
        name: 'openai',
        classifier: openaiClassifier(),
        ...options,
        endpoints,
      })
  const protocol = openaiProtocol(client.baseURL)
  const fetchThrough = resilientFetch(pipeline, { fetch: seen.fetch, protocol, refusals: 'respond' })
  pipelines.set(fetchThrough, pipeline)
  return client.withOptions({ fetch: fetchThrough, maxRetries: 0 })
}

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
export const pipelineOf = (client: OpenAI): Pipeline<Response> => {
  const pipeline = pipelines.get((client as unknown as Insides).fetch)
  if (pipeline === undefined) throw new InvalidOptionsError('pipelineOf.client', client, 'a client made by resilient()')
  return pipeline
}

/** What is private in the client's types and a plain property at run time. */
interface Insides {
  readonly fetch: Fetch
  readonly _options?: {
    readonly workloadIdentity?: unknown
    readonly credential?: unknown
    readonly x509Transport?: unknown
  }
  readonly _provider?: unknown
}

const look = (client: OpenAI): { readonly fetch: Fetch; readonly signs: boolean } => {
  const right =
    typeof client?.withOptions === 'function' && typeof client.baseURL === 'string' && client.chat !== undefined
  if (!right) throw new InvalidOptionsError('resilient.client', client, 'a client of the openai package')
  const { fetch, _options: given, _provider: provider } = client as unknown as Insides
  if (typeof fetch !== 'function')
    throw new InvalidOptionsError('resilient.client', client, 'a client of the openai package, version 7')
  if (pipelines.has(fetch))
    throw new InvalidOptionsError('resilient.client', client, 'a plain client: this one is resilient already')
  if (
    [given?.workloadIdentity, given?.credential, given?.x509Transport].some((each) => (each ?? undefined) !== undefined)
  )
    throw new InvalidOptionsError(
      'resilient.client',
      client,
      'a client with an API key: one with workload identity allows no fetch of its own. Use openaiClassifier with a pipeline around its calls',
    )
  return { fetch, signs: provider !== undefined && provider !== null }
}
