import type { GenerateContentParameters, Models } from '@google/genai'
import { TimeoutExceededError } from '@spillway/core'
import type { Fetch } from '@spillway/http'
import { followCaller } from './caller-signal.ts'
import type { BeginCall } from './client-call.ts'
import { closingStream } from './closing-stream.ts'

/**
 * Replaces what of a client's `models` a fetch cannot do: makes one call of all requests that an answer takes, ends the
 * request when the reader of a stream leaves, lets go of the caller's signal, keeps its reason, and tells the client's own
 * timeout from it. Chats call through these as well.
 *
 * @param timeoutMs the client's `httpOptions.timeout`
 */
export const wrapModels = (models: Models, begin: BeginCall, timeoutMs: number | undefined): void => {
  const { generateContent, generateContentStream } = models

  models.generateContent = async (params) => {
    const link = followCaller(params.config?.abortSignal)
    const call = begin(params.config?.httpOptions?.fetch)
    try {
      return await generateContent(sentBy(call.fetch, params, link.signal))
    } catch (error) {
      throw told(error, params, timeoutMs)
    } finally {
      link.dispose()
      call.end()
    }
  }

  models.generateContentStream = async (params) => {
    const link = followCaller(params.config?.abortSignal)
    const call = begin(params.config?.httpOptions?.fetch)
    const end = (): void => {
      link.dispose()
      call.end()
    }
    try {
      const open = await generateContentStream(sentBy(call.fetch, params, link.signal))
      // Whoever leaves before reading anything gives no other sign.
      link.signal.addEventListener('abort', end, { once: true })
      return closingStream(open, {
        end,
        abort: (reason) => link.abort(reason),
        told: (error) => told(error, params, timeoutMs),
      })
    } catch (error) {
      end()
      throw told(error, params, timeoutMs)
    }
  }
}

/** One retry loop: a call's `retryOptions` would run all of ours again. */
const sentBy = (
  fetch: Fetch,
  params: GenerateContentParameters,
  abortSignal: AbortSignal,
): GenerateContentParameters => {
  const { retryOptions: _theirs, ...given } = params.config?.httpOptions ?? {}
  const httpOptions = { ...given, fetch }
  return { ...params, config: { ...params.config, httpOptions, abortSignal } }
}

/** The client has one error for the caller's wish and for its own timeout, and drops the caller's reason. */
const told = (error: unknown, { config }: GenerateContentParameters, timeoutMs: number | undefined): unknown => {
  if (!(error instanceof Error) || error.name !== 'AbortError') return error
  const limitMs = config?.httpOptions?.timeout ?? timeoutMs
  if (config?.abortSignal?.aborted) {
    const { reason } = config.abortSignal as { reason: unknown }
    if (reason !== error && error.cause === undefined)
      Object.defineProperty(error, 'cause', { value: reason, configurable: true, writable: true })
    return error
  }
  return limitMs === undefined ? error : new TimeoutExceededError('total', limitMs, error)
}
