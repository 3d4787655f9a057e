import {
  checkPipeline,
  checkFunction,
  checkKnown,
  checkNumber,
  checkOneOf,
  isSpillwayError,
  requestedModel,
  type CallContext,
  type Classifier,
  type OpenCall,
  type Pipeline,
  type Verdict,
} from '@spillway/core'
import { BodyNotRepeatableError, once } from './request/body-not-repeatable-error.ts'
import { classifyNetworkError } from './classify/classify-network-error.ts'
import { LONGEST_ANSWER_BYTES } from './response/read-body.ts'
import { explainRedirect } from './response/explain-redirect.ts'
import { keptReply, respondWith } from './response/kept-reply.ts'
import { readRequest, type Fetch, type OriginalRequest, type OutgoingRequest } from './request/outgoing-request.ts'
import { unquoted } from './request/unquoted.ts'
import { senderThrough } from './request/send.ts'
import { PLAIN_PROTOCOL, type Protocol } from './protocol.ts'
import { receive } from './response/receive.ts'
import { refusalResponse, refusalStatus } from './response/refusal-response.ts'
import { withVerdict } from './response/verdict-behind.ts'

/** An answer that cannot be asked for again is as good as it gets. */
const takeAsItIs = (): void => {}

/** Whether a limit of the pipeline ends a connection that takes too long. */
const limitsConnecting = (pipeline: Pipeline<Response>): boolean =>
  pipeline
    .describe()
    .some(({ options }) => 'connectMs' in options && ![undefined, Infinity].includes(options.connectMs as number))

/** Options of {@link resilientFetch}. */
export interface ResilientFetchOptions {
  /** What sends the requests. @default the global `fetch`, looked up at each call, without its limits of 300 s */
  readonly fetch?: Fetch
  /** The provider's dialect; adapters bring it. @default plain HTTP: status and error body */
  readonly protocol?: Protocol
  /**
   * How refusals and passed time limits leave: `respond` as a JSON response with status 503, 429 or 504, for clients that
   * wrap whatever `fetch` throws; `throw` as the typed errors they are. @default 'throw'
   */
  readonly refusals?: 'respond' | 'throw'
  /**
   * How much of a JSON answer, or of one event of a stream, is read into memory, in bytes; what is longer fails with an
   * `AnswerTooLargeError`. Answers of other types are handed over as they come and have no limit. @default 134217728 (128 MiB):
   * ten large pictures in base64
   */
  readonly maxAnswerBytes?: number
  /** The call that all requests of this `fetch` are a part of, made by `openCall()`. @default each is a call of its own */
  readonly within?: OpenCall
}

/**
 * A `fetch` whose every call runs through a pipeline: errors are judged and retried, answers are read within the attempt,
 * streams are held back until their first content.
 *
 * When the pipeline gives up on an error answer, the caller gets the provider's last response as it was, with
 * `x-should-retry: false`. Redirects are not followed: a 3xx is a failure, so that no key reaches another host.
 *
 * ```ts
 * import { standardPipeline } from '@spillway/core'
 * import { resilientFetch } from '@spillway/http'
 * import { createSimulator } from '@spillway/simulator'
 *
 * const simulator = createSimulator({ replies: [{ fault: 'overloaded' }] })
 * const { url } = await simulator.listen()
 * const fetchThrough = resilientFetch(standardPipeline({ retry: { jitter: 'none' } }))
 * const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }], max_tokens: 1 })
 * const response = await fetchThrough(`${url}/v1/chat/completions`, { method: 'POST', body })
 * console.log(response.status, simulator.counters().total.requests) // => 200 2
 * await simulator.close()
 * ```
 *
 * @param pipeline what every call runs through
 * @throws InvalidOptionsError when an option is wrong
 */
export const resilientFetch = (pipeline: Pipeline<Response>, options: ResilientFetchOptions = {}): Fetch => {
  checkPipeline('resilientFetch.pipeline', pipeline)
  checkKnown('resilientFetch', options, ['fetch', 'protocol', 'refusals', 'maxAnswerBytes', 'within'])
  checkFunction('resilientFetch.fetch', options.fetch, true)
  const { protocol = PLAIN_PROTOCOL, refusals = 'throw', maxAnswerBytes = LONGEST_ANSWER_BYTES, within } = options
  checkNumber('resilientFetch.maxAnswerBytes', maxAnswerBytes, { min: 1 })
  checkOneOf('resilientFetch.refusals', refusals, ['respond', 'throw'])
  const verdicts = new WeakMap<object, Verdict>()
  const classifier: Classifier = {
    error: classifyNetworkError,
    value: (value) => verdicts.get(value as object),
  }
  const judge = (response: Response, verdict: Verdict): void => void verdicts.set(response, verdict)

  const send = senderThrough(options.fetch, () => limitsConnecting(pipeline))

  const attempt = async (original: OriginalRequest, context: CallContext): Promise<Response> => {
    const plain = original.copy()
    try {
      const request = protocol.address === undefined ? plain : await protocol.address(plain, context)
      if (context.aborted) throw context.reason
      return await received(request, original, context)
    } catch (error) {
      throw unquoted(error)
    }
  }

  const received = async (
    request: OutgoingRequest,
    original: OriginalRequest,
    context: CallContext,
  ): Promise<Response> => {
    const response = await send(request, original.rest, context)
    return receive(response, {
      protocol,
      request,
      context,
      maxAnswerBytes,
      judge: original.repeatable ? judge : takeAsItIs,
    })
  }

  return async (input, init) => {
    const original = await readRequest(input, init)
    const request = original.copy()
    const repeatable = original.repeatable && (protocol.mayRepeat?.(request) ?? true)
    const model = protocol.modelOf?.(request)
    const operation = (context: CallContext): Promise<Response> => attempt(original, context)
    try {
      return await pipeline.execute(original.repeatable ? operation : once(operation), {
        signal: original.signal,
        repeatable,
        classifier,
        ...(model === undefined ? {} : { values: [[requestedModel, model]] }),
        ...(within === undefined ? {} : { within }),
      })
    } catch (error) {
      return answerTo(error instanceof BodyNotRepeatableError ? error.cause : error, original.signal)
    }
  }

  function answerTo(error: unknown, signal: AbortSignal | undefined): Response {
    const last = keptReply(error)
    if (last !== undefined) {
      const kept = (protocol === PLAIN_PROTOCOL ? undefined : explainRedirect(last)) ?? last
      const headers = new Headers(kept.headers)
      headers.set('x-should-retry', 'false')
      return withVerdict(respondWith({ ...kept, headers }, kept.bytes), last.verdict)
    }
    const own = isSpillwayError(error) && !(signal?.aborted && signal.reason === error) ? error : undefined
    const status = refusals === 'respond' && own !== undefined ? refusalStatus(own) : undefined
    if (own === undefined || status === undefined) throw error
    return refusalResponse(own, status, protocol.refusalBody?.(own, status))
  }
}
