import type { Step } from '../../faults/step.ts'
import { renderImage } from '../../images/render-image.ts'
import { type ModelRequest, countTokens } from '../model-request.ts'
import type { ReplyContext } from '../protocol.ts'
import type { EmptyKind, Reply } from '../reply.ts'
import { paced, wholeBody } from '../steps.ts'
import { openaiError } from './openai-errors.ts'
import { openaiHeaders } from './openai-headers.ts'

const TOKENS_PER_IMAGE = 1056

export function openaiReply(request: ModelRequest, text: readonly string[], context: ReplyContext): Reply {
  const shared = openaiHeaders(context)
  const jsonHeaders = { 'content-type': 'application/json', ...shared }
  const streamHeaders = { 'content-type': 'text/event-stream; charset=utf-8', ...shared }
  const inputTokens = countTokens(request.prompt)
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: text.length,
    total_tokens: inputTokens + text.length,
  }
  const identity = { id: `chatcmpl-${context.requestId}`, created: context.unixSeconds, model: request.model }

  const completion = (message: object, finishReason: string): object => ({
    ...identity,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', refusal: null, ...message },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage,
    system_fingerprint: null,
  })
  const chunk = (delta: object, finishReason: string | null = null): object => ({
    ...identity,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  })
  const images = (count: number): object => ({
    created: context.unixSeconds,
    data: Array.from({ length: count }, (_, index) => ({
      b64_json: Buffer.from(renderImage({ ...request, seed: (request.seed ?? 0) + index })).toString('base64'),
    })),
    output_format: 'png',
    usage: {
      input_tokens: inputTokens,
      output_tokens: count * TOKENS_PER_IMAGE,
      total_tokens: inputTokens + count * TOKENS_PER_IMAGE,
      input_tokens_details: { text_tokens: inputTokens, image_tokens: 0 },
    },
  })

  const whole = (body: object): Step[] => wholeBody(jsonHeaders, JSON.stringify(body))
  const ended = (finishReason: string): string[] => [
    frame(chunk({}, finishReason)),
    ...(request.withUsage ? [frame({ ...identity, object: 'chat.completion.chunk', choices: [], usage })] : []),
    'data: [DONE]\n\n',
  ]
  const streamed = (content: readonly string[], finishReason: string, serviceMs: number): Step[] =>
    paced(
      streamHeaders,
      [frame(chunk({ role: 'assistant', content: '', refusal: null }))],
      content.map((piece) => frame(chunk({ content: piece }))),
      ended(finishReason),
      serviceMs,
    )

  const emptyAnswer = (kind: EmptyKind, reason: string | undefined): Step[] => {
    if (kind === 'emptyObject') return request.stream ? paced(streamHeaders, [], [frame({})], [], 0) : whole({})
    if (request.kind === 'image') return whole({ ...images(0), usage: undefined })
    const finishReason = kind.startsWith('blocked') ? (reason ?? 'content_filter') : 'stop'
    const content = kind === 'textOnly' ? 'Here is the picture you asked for.' : ''
    return request.stream
      ? streamed(content === '' ? [] : [content], finishReason, 0)
      : whole(completion({ content: content === '' ? null : content }, finishReason))
  }

  return {
    stream: request.stream,
    error(name, detail) {
      const answer = openaiError(name, context.timeScale, { ...detail, model: request.model })
      return { ...answer, headers: { ...shared, ...answer.headers } }
    },
    errorFrame(name) {
      const { body } = openaiError(name, context.timeScale, { model: request.model })
      return request.stream ? frame(body) : JSON.stringify(body)
    },
    answer(serviceMs) {
      if (request.kind === 'image') return whole(images(request.images))
      return request.stream ? streamed(text, 'stop', serviceMs) : whole(completion({ content: text.join('') }, 'stop'))
    },
    empty: emptyAnswer,
  }
}

const frame = (body: object): string => `data: ${JSON.stringify(body)}\n\n`
