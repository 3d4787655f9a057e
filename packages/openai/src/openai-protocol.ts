import type { CallContext } from '@spillway/core'
import type { OutgoingRequest, Protocol } from '@spillway/http'
import { addressTo } from './address.ts'
import { readAnswer, type AnswerKind } from './read-answer.ts'
import { readEvent } from './read-event.ts'

const MODEL_CALL =
  /\/(?:(chat\/completions|completions)|(responses)|(images\/(?:generations|edits|variations))|embeddings|moderations|audio\/(?:speech|transcriptions|translations))$/

/** What a request asks a model for; `undefined` where it asks none: files, batches, a response made earlier. */
const kindOf = ({ method, url }: OutgoingRequest): AnswerKind | undefined => {
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

/**
 * The dialect of OpenAI-compatible APIs. Only calls to a model go to other endpoints: files, batches and stored responses
 * belong to one account.
 *
 * @param clientBaseURL what the client's requests begin with
 */
export const openaiProtocol = (clientBaseURL: string): Protocol => ({
  provider: 'openai',
  isModelCall: (request) => kindOf(request) !== undefined,
  address: (request, { endpoint }: CallContext) =>
    endpoint === undefined || kindOf(request) === undefined ? request : addressTo(request, endpoint, clientBaseURL),
  readAnswer: (answer, request) => readAnswer(answer, kindOf(request) ?? 'other'),
  readEvent,
})
