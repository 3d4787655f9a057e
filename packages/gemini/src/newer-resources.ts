import type { GoogleGenAI } from '@google/genai'
import { InvalidOptionsError } from '@spillway/core'
import type { Fetch } from '@spillway/http'
import type { BeginCall, ClientCall } from './client-call.ts'
import { insideOf } from './copy-client.ts'

/** The resources behind the client's newer API, each made when it is first asked for. */
const NEWER = ['interactions', 'agents', 'webhooks', 'triggers', 'environments', 'credentials', 'voices'] as const

/** What of a resource is used here. Each of its requests asks `getClient` for what sends it. */
interface Resource {
  getClient(apiVersion?: string): { readonly _options: { retry_config?: object } }
}

type Create = (params: { readonly stream?: unknown }, options?: object) => Promise<unknown>

interface Interactions extends Resource {
  create: Create
}

type ResourceClass = new (apiClient: object) => Interactions

/**
 * Makes a client's newer resources send once: they bring a retry loop of their own, four times and on by default, which is
 * beneath every call. All requests of one `interactions.create` become one call.
 *
 * @throws InvalidOptionsError when the client is of a version that is built otherwise
 */
export const wrapNewerResources = (ai: GoogleGenAI, begin: BeginCall): void => {
  for (const name of NEWER) {
    const given = Object.getOwnPropertyDescriptor(prototypeWith(ai, name), name)
    // Versions of the client differ in what they have.
    if (given?.get === undefined) continue
    const make = given.get.bind(ai) as () => Interactions
    let wrapped: object | undefined
    const get = (): object =>
      (wrapped ??= name === 'interactions' ? oneCallEach(ai, make(), begin) : sendingOnce<Resource>(make()))
    Object.defineProperty(ai, name, { get, configurable: true, enumerable: false })
  }
}

const prototypeWith = (ai: object, name: string): object => {
  let prototype: object | null = ai
  while (prototype !== null && !Object.hasOwn(prototype, name))
    prototype = Object.getPrototypeOf(prototype) as object | null
  return prototype ?? ai
}

/** A loop that a call asks for with `maxRetries` is its caller's business, where no pipeline is above it. */
const sendingOnce = <R extends Resource>(resource: R): R => {
  if (typeof resource?.getClient !== 'function')
    throw new InvalidOptionsError('resilient.ai', resource, 'a client of @google/genai 3.1')
  const getClient = resource.getClient.bind(resource)
  resource.getClient = (apiVersion) => {
    const client = getClient(apiVersion)
    client['_options'].retry_config = { strategy: 'none' }
    return client
  }
  return resource
}

const oneCallEach = (ai: GoogleGenAI, given: Interactions, begin: BeginCall): Interactions => {
  const interactions = sendingOnce(given)
  const Class = interactions.constructor as ResourceClass
  const { apiClient } = insideOf(ai)
  /** The same resource, sending by another fetch. */
  const sendingBy = (fetch: Fetch): Interactions =>
    sendingOnce(new Class(Object.create(apiClient, { getFetch: { value: () => fetch } }) as object))

  interactions.create = async (params, options) => {
    const call = begin()
    try {
      const answer = await sendingBy(call.fetch).create(params, withoutRetries(options))
      if (params?.stream === true) return watched(answer as ReadableStream<unknown>, call)
      call.end()
      return answer
    } catch (error) {
      call.end()
      throw error
    }
  }
  return interactions
}

/** A pipeline is above it: one retry loop. */
const withoutRetries = (options: object | undefined): object | undefined => {
  if (options === undefined) return undefined
  const { maxRetries: _max, retries: _their, ...rest } = options as { maxRetries?: unknown; retries?: unknown }
  return rest
}

/** The client's stream, of the same class, whose reader's leaving closes the connection at once, a read under way or not. */
const watched = (stream: ReadableStream<unknown>, call: ClientCall): ReadableStream<unknown> => {
  const iterator = stream[Symbol.asyncIterator]()
  const readable = new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await iterator.next()
          if (!done) return controller.enqueue(value)
          call.end()
          controller.close()
        } catch (error) {
          call.end()
          controller.error(error)
        }
      },
      cancel(reason) {
        call.abort(new DOMException('The reader of the stream has left.', 'AbortError'))
        void iterator.return?.(reason).catch(() => {})
      },
    },
    { highWaterMark: 0 },
  )
  return Object.setPrototypeOf(readable, Object.getPrototypeOf(stream) as object) as ReadableStream<unknown>
}
