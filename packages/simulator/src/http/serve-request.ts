import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ModelClock } from '../clock.ts'
import { bodySteps } from '../faults/error-fault.ts'
import type { FaultContext, FaultSpec } from '../faults/fault.ts'
import type { Step } from '../faults/step.ts'
import { FAULTS } from '../faults/table.ts'
import type { OfferEvent, OfferedRequest } from '../model/offer.ts'
import type { Upstream } from '../model/upstream.ts'
import type { ErrorName } from '../protocols/error-name.ts'
import { LONGEST_SIDE_PX, type ModelRequest, countTokens } from '../protocols/model-request.ts'
import type { Protocol, ReplyContext, Route } from '../protocols/protocol.ts'
import type { Reply } from '../protocols/reply.ts'
import type { EndpointSettings } from '../scenario/resolve.ts'
import { composeText, splitText } from '../text/compose-text.ts'
import type { OfferOnce } from './offer-once.ts'
import { playSteps } from './play-steps.ts'
import { readBody } from './read-body.ts'

/** Providers take inline images in a request up to about this size. */
const MAX_BODY_BYTES = 20 * 2 ** 20
/** Counted for one image, whichever protocol; each protocol's `usage` has its own figure. */
const TOKENS_PER_IMAGE = 1290

/** Everything one request is served with. */
export interface Service {
  readonly protocol: Protocol
  readonly route: Route
  readonly endpoint: EndpointSettings
  readonly upstream: Upstream
  readonly offerOnce: OfferOnce
  readonly clock: ModelClock
  readonly context: (key: string) => ReplyContext
}

/** Serves one request to a model. */
export async function serveRequest(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const { protocol, route, endpoint, upstream } = service
  const key = protocol.key(request.headers, query)
  const turnAway = (outcome: string): void => {
    upstream.counters.requests += 1
    upstream.counters.key(key)
    upstream.counters.outcome(outcome)
  }
  const refuse = (name: ErrorName, message?: string): void => {
    const detail = { model: route.model ?? '', ...(message !== undefined && { message }) }
    const answer = protocol.error(name, service.context(key), detail)
    turnAway(`http_${answer.status}`)
    sendJson(service, response, answer)
  }

  const body = await readBody(request, MAX_BODY_BYTES)
  if ('failed' in body && body.failed === 'disconnected') return turnAway('disconnected')
  if ('failed' in body && body.failed === 'tooLarge') {
    response.setHeader('connection', 'close')
    return refuse('bodyTooLarge')
  }
  if (key === '' && endpoint.requireKey) return refuse('missingKey')
  if (endpoint.keys !== undefined && !endpoint.keys.has(key)) return refuse('invalidKey')
  if ('failed' in body) return refuse('invalidRequest', 'Invalid JSON payload received.')
  const parsed = protocol.parse(route, body.json)
  if ('problem' in parsed) return refuse('invalidRequest', parsed.problem)
  if (endpoint.models !== undefined && !endpoint.models.includes(parsed.model)) return refuse('notFound')
  const scale = endpoint.imageSizePx / LONGEST_SIDE_PX
  const [width, height] = [Math.ceil(parsed.width * scale), Math.ceil(parsed.height * scale)]
  const { 'idempotency-key': idempotencyKey } = request.headers
  const once = parsed.kind === 'image' && typeof idempotencyKey === 'string' ? `${key} ${idempotencyKey}` : undefined
  generate(service, { ...parsed, width, height }, { key, once }, response)
}

/** Sends a whole JSON answer. */
export function sendJson(
  service: Pick<Service, 'clock'>,
  response: ServerResponse,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: object },
): void {
  const headers = { ...answer.headers, 'content-type': 'application/json; charset=UTF-8' }
  playSteps(response, bodySteps({}, answer.status, headers, JSON.stringify(answer.body)), service.clock)
}

/** Who asks, and the name under which it may have asked before. */
interface Asker {
  readonly key: string
  readonly once: string | undefined
}

function generate(service: Service, request: ModelRequest, { key, once }: Asker, response: ServerResponse): void {
  const { protocol, route, upstream, offerOnce, clock } = service
  const usual = composeText(request.prompt, request.seed, request.maxTokens)
  let started: Extract<OfferEvent, { type: 'started' }> | undefined

  // Made late: what is left of the quota is told as it is when the answer goes out.
  const replyWith = (text: readonly string[]): Reply => protocol.reply(route, request, text, service.context(key))
  const play = (steps: readonly Step[]): void => playSteps(response, steps, clock)

  const playAnswer = (): void => {
    const scriptedText = started?.scripted?.text
    const reply = replyWith(scriptedText === undefined ? usual : splitText(scriptedText))
    const fault = started?.fault
    const needsAnswer = fault === undefined || FAULTS[fault.fault].effect !== 'empty'
    const answer = needsAnswer ? reply.answer(started?.serviceMs ?? 0) : []
    play(fault === undefined ? answer : faultSteps(fault, { spec: fault, reply, answer }))
  }

  const hear = (event: OfferEvent): void => {
    switch (event.type) {
      case 'refused': {
        const { refusal } = event
        const { quota } = refusal
        play(faultSteps(refusal, { spec: refusal, reply: replyWith(usual), answer: [], ...(quota && { quota }) }))
        break
      }
      case 'started':
        started = event
        if (request.stream && !isEmpty(event.fault)) playAnswer()
        break
      case 'completed':
        if (!request.stream || isEmpty(started?.fault)) playAnswer()
        break
    }
  }
  const offered = asOffered(request, usual.length, key)
  const offer = once === undefined ? upstream.offer(offered, hear) : offerOnce(once, offered, hear)
  const leave = (): void => {
    if (!response.writableFinished) offer.abandon()
  }
  if (response.destroyed) leave()
  else response.once('close', leave)
}

const isEmpty = (fault: FaultSpec | undefined): boolean => fault !== undefined && FAULTS[fault.fault].effect === 'empty'

const faultSteps = (fault: FaultSpec, context: FaultContext): Step[] => FAULTS[fault.fault].steps(context)

function asOffered(request: ModelRequest, textTokens: number, key: string): OfferedRequest {
  const { kind, model, prompt, images } = request
  return {
    kind,
    model,
    key,
    promptHash: createHash('sha256').update(prompt).digest('base64url').slice(0, 16),
    images,
    inputTokens: countTokens(prompt),
    outputTokens: kind === 'image' ? images * TOKENS_PER_IMAGE : textTokens,
  }
}
