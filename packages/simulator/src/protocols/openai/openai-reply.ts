import type { Step } from '../../faults/step.ts'
import { renderImage } from '../../images/render-image.ts'
import type { ErrorName } from '../error-name.ts'
import type { ModelRequest } from '../model-request.ts'
import type { ReplyContext, Route } from '../protocol.ts'
import type { EmptyKind, Reply } from '../reply.ts'
import { paced, wholeBody } from '../steps.ts'
import { chatWords } from './openai-chat.ts'
import { openaiError } from './openai-errors.ts'
import { openaiHeaders } from './openai-headers.ts'
import { imageWords } from './openai-images.ts'
import { responseWords } from './openai-responses.ts'
import { frame, type Made, type OpenaiSpeech } from './openai-words.ts'

const SPEECHES: Readonly<Partial<Record<Route['operation'], OpenaiSpeech>>> = {
  images: imageWords('image_generation'),
  edits: imageWords('image_edit'),
  responses: responseWords,
}

const NO_TEXT: ReadonlySet<Route['operation']> = new Set(['images', 'edits'])

const FINISHES: Readonly<Partial<Record<EmptyKind, string>>> = {
  blockedPrompt: 'content_filter',
  blockedOutput: 'content_filter',
  incomplete: 'length',
}

export function openaiReply(
  route: Route,
  request: ModelRequest,
  text: readonly string[],
  context: ReplyContext,
): Reply {
  const shared = openaiHeaders(context)
  const jsonHeaders = { 'content-type': 'application/json', ...shared }
  const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', ...shared }
  const speech = SPEECHES[route.operation] ?? chatWords
  const words = speech(request, context)

  const whole = (body: object): Step[] => wholeBody(jsonHeaders, JSON.stringify(body))
  const render = (made: Made, serviceMs: number, inWords = words): Step[] => {
    if (!request.stream) return whole(inWords.whole(made))
    const { preamble, content, final } = inWords.events(made)
    return paced(streamHeaders, preamble, content, final, serviceMs)
  }
  const pictures = (): string[] =>
    Array.from({ length: request.images }, (_, index) => {
      const seed = (request.seed ?? 0) + index
      return Buffer.from(renderImage({ ...request, seed })).toString('base64')
    })
  const errorBody = (name: ErrorName): object => openaiError(name, context.timeScale, { model: request.model }).body

  return {
    stream: request.stream,
    error(name, detail) {
      const answer = openaiError(name, context.timeScale, { ...detail, model: request.model })
      return { ...answer, headers: { ...shared, ...answer.headers } }
    },
    errorFrame: (name) => (request.stream ? frame(errorBody(name)) : JSON.stringify(errorBody(name))),
    failedFrame: (name) => words.failed((errorBody(name) as { error: object }).error),
    answer: (serviceMs) => render({ pieces: request.kind === 'image' ? pictures() : text, finish: 'stop' }, serviceMs),
    empty(kind, reason) {
      if (kind === 'emptyObject') return request.stream ? paced(streamHeaders, [], [frame({})], [], 0) : whole({})
      const usual = FINISHES[kind]
      const finish = usual === undefined ? 'stop' : (reason ?? usual)
      if (kind !== 'textOnly' || NO_TEXT.has(route.operation)) return render({ pieces: [], finish }, 0)
      const inWords = speech({ ...request, kind: 'chat' }, context)
      return render({ pieces: ['Here is the picture you asked for.'], finish }, 0, inWords)
    },
  }
}
