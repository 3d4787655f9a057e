import type { Step } from '../../faults/step.ts'
import { renderImage } from '../../images/render-image.ts'
import { type ModelRequest, countTokens } from '../model-request.ts'
import type { ErrorName } from '../error-name.ts'
import type { ReplyContext, Route } from '../protocol.ts'
import type { EmptyKind, Reply } from '../reply.ts'
import { paced, wholeBody } from '../steps.ts'
import { geminiError } from './gemini-errors.ts'

/** What Google counts for one image of 1K. */
const TOKENS_PER_IMAGE = 1290
const JSON_HEADERS = { 'content-type': 'application/json; charset=UTF-8' }
const STREAM_HEADERS = { 'content-type': 'text/event-stream' }

export function geminiReply(
  route: Route,
  request: ModelRequest,
  text: readonly string[],
  context: ReplyContext,
): Reply {
  const { model } = request
  const promptTokens = countTokens(request.prompt)

  const usage = (outputTokens: number): object => ({
    promptTokenCount: promptTokens,
    candidatesTokenCount: outputTokens,
    totalTokenCount: promptTokens + outputTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokens }],
    candidatesTokensDetails: [{ modality: request.kind === 'image' ? 'IMAGE' : 'TEXT', tokenCount: outputTokens }],
  })
  const response = (candidate: object, outputTokens: number): object => ({
    candidates: [{ ...candidate, index: 0 }],
    usageMetadata: usage(outputTokens),
    modelVersion: model,
    responseId: context.requestId,
  })
  const content = (...parts: object[]): { content: object } => ({ content: { parts, role: 'model' } })
  const image = (): object => ({
    inlineData: { mimeType: 'image/png', data: Buffer.from(renderImage(request)).toString('base64') },
  })

  /** The answer in pieces, the last with the finish reason. */
  const chunks = (): { content: object[]; final: object } => {
    if (request.kind === 'image') {
      const done = { ...content({ text: '' }), finishReason: 'STOP' }
      return { content: [response(content(image()), TOKENS_PER_IMAGE)], final: response(done, TOKENS_PER_IMAGE) }
    }
    const done = { ...content({ text: '' }), finishReason: 'STOP' }
    return {
      content: text.map((piece, index) => response(content({ text: piece }), index + 1)),
      final: response(done, text.length),
    }
  }
  const whole = (): object =>
    request.kind === 'image'
      ? response({ ...content(image()), finishReason: 'STOP' }, TOKENS_PER_IMAGE)
      : response({ ...content({ text: text.join('') }), finishReason: 'STOP' }, text.length)

  const render = (body: object): Step[] =>
    request.stream
      ? [
          { type: 'head', status: 200, headers: STREAM_HEADERS },
          { type: 'write', data: frame(body), part: 'final' },
          { type: 'end' },
        ]
      : wholeBody(JSON_HEADERS, JSON.stringify(route.stream === 'array' ? [body] : body))

  const errorFrame = (name: ErrorName): string => {
    const { body } = geminiError(name, context.timeScale, { model })
    return request.stream ? frame(body) : JSON.stringify(body)
  }

  return {
    stream: request.stream,
    error: (name, detail) => geminiError(name, context.timeScale, { ...detail, model }),
    errorFrame,
    failedFrame: errorFrame,
    answer(serviceMs) {
      if (!request.stream) return render(whole())
      const { content: pieces, final } = chunks()
      return paced(STREAM_HEADERS, [], pieces.map(frame), [frame(final)], serviceMs)
    },
    empty: (kind, reason) => render(emptyResponse(kind, reason, { response, content, promptTokens, ...context })),
  }
}

const frame = (body: object): string => `data: ${JSON.stringify(body)}\r\n\r\n`

interface EmptyParts {
  response(candidate: object, outputTokens: number): object
  content(...parts: object[]): object
  readonly promptTokens: number
  readonly requestId: string
}

function emptyResponse(kind: EmptyKind, reason: string | undefined, parts: EmptyParts): object {
  const { promptTokens } = parts
  const words = parts.content({ text: 'Here is the picture you asked for.' })
  const bodies: Record<EmptyKind, object> = {
    emptyObject: {},
    blockedPrompt: {
      promptFeedback: { blockReason: reason ?? 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: promptTokens, totalTokenCount: promptTokens },
      responseId: parts.requestId,
    },
    textOnly: parts.response({ ...words, finishReason: 'STOP' }, 8),
    noImage: parts.response({ content: {}, finishReason: reason ?? 'NO_IMAGE' }, 0),
    incomplete: parts.response({ content: {}, finishReason: reason ?? 'MAX_TOKENS' }, 0),
    blockedOutput: parts.response({ content: {}, finishReason: reason ?? 'IMAGE_SAFETY' }, 0),
  }
  return bodies[kind]
}
