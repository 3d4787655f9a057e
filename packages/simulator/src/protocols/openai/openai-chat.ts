import { countTokens } from '../model-request.ts'
import { TOKENS_PER_IMAGE } from './openai-images.ts'
import { frame, type OpenaiSpeech } from './openai-words.ts'

/** `POST /chat/completions`: text or, as relays have it, pictures in the message. */
export const chatWords: OpenaiSpeech = (request, context) => {
  const inputTokens = countTokens(request.prompt)
  const pictured = request.kind === 'image'
  const tokensOf = (pieces: readonly string[]): number => pieces.length * (pictured ? TOKENS_PER_IMAGE : 1)
  const pictures = (pieces: readonly string[]): object => ({
    content: '',
    images: pieces.map((base64, index) => ({
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${base64}` },
      index,
    })),
  })
  const usage = (outputTokens: number): object => ({
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  })
  const identity = { id: `chatcmpl-${context.requestId}`, created: context.unixSeconds, model: request.model }
  const chunk = (delta: object, finishReason: string | null = null): string =>
    frame({
      ...identity,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    })
  return {
    whole: ({ pieces, finish }) => ({
      ...identity,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            refusal: null,
            ...(pictured ? pictures(pieces) : { content: pieces.length === 0 ? null : pieces.join('') }),
          },
          logprobs: null,
          finish_reason: finish,
        },
      ],
      usage: usage(tokensOf(pieces)),
      system_fingerprint: null,
    }),
    events: ({ pieces, finish }) => ({
      preamble: [chunk({ role: 'assistant', content: '', refusal: null })],
      content: pictured ? [chunk(pictures(pieces))] : pieces.map((piece) => chunk({ content: piece })),
      final: [
        chunk({}, finish),
        ...(request.withUsage
          ? [frame({ ...identity, object: 'chat.completion.chunk', choices: [], usage: usage(tokensOf(pieces)) })]
          : []),
        'data: [DONE]\n\n',
      ],
    }),
    failed: (error) => (request.stream ? frame({ error }) : JSON.stringify({ error })),
  }
}
