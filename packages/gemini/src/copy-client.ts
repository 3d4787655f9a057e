import type { GoogleGenAI, GoogleGenAIOptions, HttpOptions } from '@google/genai'
import { InvalidOptionsError } from '@spillway/core'
import type { Fetch } from '@spillway/http'

/** What of a client's inside is read; all of it stands in its type declarations, as private. */
export interface ClientInside {
  readonly vertexai: boolean
  readonly apiKey?: string
  readonly project?: string
  readonly location?: string
  readonly apiVersion?: string
  readonly httpOptions?: HttpOptions
  readonly models: GoogleGenAI['models']
  readonly apiClient: {
    readonly clientOptions: { auth: unknown }
    getBaseUrl(): string
    getFetch(): unknown
  }
}

/** @throws InvalidOptionsError for what is no client, or one of a version that keeps its options elsewhere */
export const insideOf = (ai: GoogleGenAI): ClientInside => {
  const inside = ai as unknown as ClientInside | undefined
  const { apiClient, models } = inside ?? {}
  if (typeof apiClient?.getBaseUrl !== 'function' || typeof models?.generateContent !== 'function')
    throw new InvalidOptionsError(
      'resilient.ai',
      ai,
      'a client of @google/genai, from 3.1. Give other clients resilientFetch() of @spillway/http for a fetch, or call them inside a pipeline: pipeline.execute(({ signal }) => …)',
    )
  return inside as ClientInside
}

/**
 * A second client of the same class with the same options, which sends through `fetch`. The credentials are shared, so
 * that tokens are fetched once, and so is `live`, which speaks WebSocket and sends nothing through any fetch.
 */
export const copyClient = <C extends GoogleGenAI>(ai: C, fetch: Fetch): C => {
  const { vertexai, apiKey, project, location, apiVersion, httpOptions, apiClient } = insideOf(ai)
  // One retry loop: the client's own would run all of ours again.
  const { retryOptions: _theirs, ...http } = httpOptions ?? {}
  const options: GoogleGenAIOptions = {
    enterprise: vertexai,
    httpOptions: { ...http, fetch },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    // The client takes these from the environment in any mode, and refuses them where they are given for nothing.
    ...(vertexai && project !== undefined ? { project } : {}),
    ...(vertexai && location !== undefined ? { location } : {}),
  }
  const copy = new (ai.constructor as new (options: GoogleGenAIOptions) => C)(options)
  const inside = insideOf(copy)
  inside.apiClient.clientOptions.auth = apiClient.clientOptions.auth
  Object.defineProperty(copy, 'live', { value: ai.live, enumerable: true, configurable: true, writable: true })
  if (inside.apiClient.getFetch() !== fetch || inside.apiClient.getBaseUrl() !== apiClient.getBaseUrl())
    throw new InvalidOptionsError(
      'resilient.ai',
      ai,
      'of a class whose constructor hands its options to GoogleGenAI. Call this one inside a pipeline instead: pipeline([…], { classifier: geminiClassifier() }).execute(({ signal }) => ai.models.generateContent({ …, config: { abortSignal: signal } }))',
    )
  return copy
}
