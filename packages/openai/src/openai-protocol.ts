import { checkKnown, InvalidOptionsError } from '@spillway/core'
import type { CallContext } from '@spillway/core'
import type { Protocol } from '@spillway/http'
import { addressTo } from './address.ts'
import { readAnswer } from './read-answer.ts'
import { readEvent } from './read-event.ts'
import { kindOf, mayBeBilledTwice, modelOf } from './request-kind.ts'

/** Options of {@link openaiProtocol}. */
export interface OpenAIProtocolOptions {
  /** Whether a request for images or videos may be sent again while nobody knows what became of it. @default false */
  readonly repeatImages?: boolean
  /** A header of the client's that another host may see as well as the harmless ones. @default none */
  readonly idempotencyHeader?: string | undefined
}

/**
 * The dialect of OpenAI-compatible APIs. Only calls to a model go to other endpoints: files, batches and stored responses
 * belong to one account.
 *
 * @param clientBaseURL what the client's requests begin with
 */
export const openaiProtocol = (clientBaseURL: string, options: OpenAIProtocolOptions = {}): Protocol => {
  if (!URL.canParse(clientBaseURL))
    throw new InvalidOptionsError(
      'openaiProtocol.clientBaseURL',
      clientBaseURL,
      'an address, such as https://api.openai.com/v1',
    )
  checkKnown('openaiProtocol', options, ['repeatImages', 'idempotencyHeader'])
  const { repeatImages = false, idempotencyHeader } = options
  const from = { baseURL: clientBaseURL, idempotencyHeader: idempotencyHeader?.toLowerCase() }
  return {
    provider: 'openai',
    isModelCall: (request) => kindOf(request) !== undefined,
    modelOf,
    mayRepeat: (request) => repeatImages || !mayBeBilledTwice(request),
    address: (request, { endpoint }: CallContext) =>
      endpoint === undefined || kindOf(request) === undefined ? request : addressTo(request, endpoint, from),
    readAnswer: (answer, request) => readAnswer(answer, kindOf(request) ?? 'other'),
    readEvent,
  }
}
