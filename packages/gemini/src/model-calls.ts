import type { OutgoingRequest } from '@spillway/http'
import { parseObject } from './json.ts'

/**
 * Requests that ask a model and leave nothing behind. What makes or reads something that is kept in a project (files,
 * batches, caches, operations, videos) is sent as it is: another endpoint does not have it, and making it twice costs.
 */
const MODEL_CALL = new Set([
  'generateContent',
  'streamGenerateContent',
  'embedContent',
  'batchEmbedContents',
  'predict',
  'countTokens',
  'computeTokens',
])

/** Whether a request goes through the pipeline. */
export const isModelCall = (url: string, method: string): boolean => {
  if (method !== 'POST') return false
  const verb = /:(\w+)(?:\?|$)/.exec(url.slice(url.lastIndexOf('/')))?.[1]
  return MODEL_CALL.has(verb ?? '') || isInteractions(url)
}

/** Whether a request makes an interaction. */
export const isInteractions = (url: string): boolean => /\/interactions(?:\?|$)/.test(url)

/** Whether a request generates content, whole or in a stream. */
export const isGeneration = (url: string): boolean => /:(?:generateContent|streamGenerateContent)(?:\?|$)/.test(url)

const IN_PATH = /\/models\/([^/:?]+)(?=:\w+(?:\?|$))/

/** The model that a request asks for: in its path, for interactions in its JSON, which the client sends as bytes. */
export const modelOf = ({ url, body }: OutgoingRequest): string | undefined => {
  const named = IN_PATH.exec(url)?.[1]
  if (named !== undefined) return decoded(named)
  if (!isInteractions(url)) return undefined
  const text = body instanceof ArrayBuffer ? new TextDecoder().decode(body) : body
  const model = typeof text === 'string' ? parseObject(text)?.['model'] : undefined
  return typeof model === 'string' ? model : undefined
}

/** As it stands where it is not encoded as it should be. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
