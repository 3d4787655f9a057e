import type { GenerateContentParameters, Models } from '@google/genai'
import { TimeoutExceededError } from '@spillway/core'
import { followCaller } from './caller-signal.ts'
import { closingStream } from './closing-stream.ts'

/**
 * Replaces what of a client's `models` a fetch cannot do: ends the request when the reader of a stream leaves, lets go of
 * the caller's signal, keeps its reason, and tells the client's own timeout from it. Chats call through these as well.
 *
 * @param timeoutMs the client's `httpOptions.timeout`
 */
export const wrapModels = (models: Models, timeoutMs: number | undefined): void => {
  const { generateContent, generateContentStream } = models

  models.generateContent = async (params) => {
    const link = followCaller(params.config?.abortSignal)
    try {
      return await generateContent(withSignal(params, link.signal))
    } catch (error) {
      throw told(error, params, timeoutMs)
    } finally {
      link.dispose()
    }
  }

  models.generateContentStream = async (params) => {
    const link = followCaller(params.config?.abortSignal)
    try {
      const open = await generateContentStream(withSignal(params, link.signal))
      return closingStream(open, link, (error) => told(error, params, timeoutMs))
    } catch (error) {
      link.dispose()
      throw told(error, params, timeoutMs)
    }
  }
}

/** One retry loop: a call's `retryOptions` would run all of ours again. */
const withSignal = (params: GenerateContentParameters, abortSignal: AbortSignal): GenerateContentParameters => {
  const { retryOptions: _theirs, ...httpOptions } = params.config?.httpOptions ?? {}
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
