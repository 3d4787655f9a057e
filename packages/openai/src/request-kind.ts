import type { OutgoingRequest } from '@spillway/http'
import { isObject } from './json.ts'
import type { AnswerKind } from './read-answer.ts'

const MODEL_CALL =
  /\/(?:(chat\/completions|completions)|(responses)|(images\/(?:generations|edits|variations))|embeddings|moderations|audio\/(?:speech|transcriptions|translations))$/

/** What a request asks a model for; `undefined` where it asks none: files, batches, a response made earlier. */
export const kindOf = ({ method, url }: OutgoingRequest): AnswerKind | undefined => {
  if (method.toUpperCase() !== 'POST') return undefined
  const found = MODEL_CALL.exec(new URL(url).pathname)
  if (found === null) return undefined
  const [, completion, response, image] = found
  return completion !== undefined
    ? 'completion'
    : response !== undefined
      ? 'response'
      : image !== undefined
        ? 'image'
        : 'other'
}

const VIDEO = /\/videos(?:\/|$)/

/** In the JSON of a request. Inside a text its quotation marks would have backslashes before them. */
const ASKS_FOR_IMAGES = /"type"\s*:\s*"image_generation"|"modalities"\s*:\s*\[[^\]]*"image"/

/** Whether a request makes pictures or films, each of which costs what a thousand words do. */
export const mayBeBilledTwice = (request: OutgoingRequest): boolean => {
  const kind = kindOf(request)
  if (kind === 'image') return true
  const { method, url, body } = request
  if (method.toUpperCase() === 'POST' && VIDEO.test(new URL(url).pathname)) return true
  return (kind === 'response' || kind === 'completion') && typeof body === 'string' && ASKS_FOR_IMAGES.test(body)
}

const DEPLOYMENT = /\/deployments\/([^/]+)/
/** Where the client puts it, so that a long prompt is not read. */
const FIRST_IN_JSON = /^\{"model":("(?:[^"\\]|\\.)*")/

/** The model that a request asks for: in its path for Azure, in its form or its JSON elsewhere. */
export const modelOf = (request: OutgoingRequest): string | undefined => {
  if (kindOf(request) === undefined) return undefined
  const { url, body } = request
  const deployment = DEPLOYMENT.exec(new URL(url).pathname)?.[1]
  if (deployment !== undefined) return decoded(deployment)
  const model = body instanceof FormData ? body.get('model') : typeof body === 'string' ? modelIn(body) : undefined
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

const modelIn = (json: string): unknown => {
  try {
    const first = FIRST_IN_JSON.exec(json)?.[1]
    const parsed: unknown = JSON.parse(first ?? json)
    return isObject(parsed) ? parsed['model'] : parsed
  } catch {
    return undefined
  }
}
