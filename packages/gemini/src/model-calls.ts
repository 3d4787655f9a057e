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
