import { InvalidOptionsError } from '@spillway/core'
import type { Fetch } from '@spillway/http'

/**
 * A client of the `openai` package, `OpenAI` or `AzureOpenAI`, of whichever copy of it: the classes of two copies are not
 * assignable to each other, although they are the same.
 */
export interface OpenAIClient {
  readonly baseURL: string
  readonly maxRetries: number
  readonly chat: { readonly completions: object }
  readonly responses: object
  readonly images: object
  withOptions(options: { readonly fetch: Fetch; readonly maxRetries: number }): OpenAIClient
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

/** What has to be known of a client to wrap it. */
export interface CheckedClient {
  /** What sends its requests. */
  readonly fetch: Fetch
  /** Whether its provider signs each request, so that none may be rewritten. */
  readonly signs: boolean
}

/** What the client sends its requests with. */
export const fetchOf = (client: OpenAIClient): Fetch => (client as unknown as Insides).fetch

/** @throws InvalidOptionsError for what cannot be wrapped, with the way that works instead */
export const checkClient = (client: OpenAIClient): CheckedClient => {
  if (!isOfPackage(client))
    throw new InvalidOptionsError(
      'resilient.client',
      client,
      'a client of the openai package, OpenAI or AzureOpenAI. Give other clients resilientFetch() of @spillway/http for a fetch, or call them inside a pipeline: pipeline.execute(({ signal }) => …)',
    )
  const { fetch, _options: given, _provider: provider } = client as unknown as Insides
  if (typeof fetch !== 'function')
    throw new InvalidOptionsError(
      'resilient.client',
      client,
      'a client of the openai package, from 7.57: an older one keeps its fetch elsewhere. Call it inside a pipeline, or install a newer one',
    )
  if (isGiven(given?.credential) || isGiven(given?.x509Transport) || isX509(given?.workloadIdentity))
    throw new InvalidOptionsError(
      'resilient.client',
      client,
      'a client without an X.509 certificate: such a client allows no fetch of another. Call it inside a pipeline instead: pipeline([…], { classifier: openaiClassifier() }).execute(({ signal }) => client.chat.completions.create(body, { signal, maxRetries: 0 }))',
    )
  return { fetch, signs: isGiven(provider) }
}

/** By the name that the class has for itself: copies of the package have classes of their own, and bundlers rename them. */
const isOfPackage = (client: unknown): boolean => {
  if (typeof client !== 'object' || client === null) return false
  const itsClass = (client.constructor as { readonly OpenAI?: unknown } | undefined)?.OpenAI
  return (
    typeof itsClass === 'function' &&
    client instanceof itsClass &&
    typeof (client as Partial<OpenAIClient>).withOptions === 'function' &&
    typeof (client as Partial<OpenAIClient>).baseURL === 'string'
  )
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null

const isX509 = (identity: unknown): boolean =>
  typeof identity === 'object' && identity !== null && (identity as { type?: unknown }).type === 'x509'
