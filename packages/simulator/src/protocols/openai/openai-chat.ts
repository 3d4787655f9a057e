import { countTokens } from '../model-request.ts'
import { frame, type OpenaiSpeech } from './openai-words.ts'

/** `POST /chat/completions`. */
export const chatWords: OpenaiSpeech = (request, context) => {
  const inputTokens = countTokens(request.prompt)
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
          message: { role: 'assistant', refusal: null, content: pieces.length === 0 ? null : pieces.join('') },
          logprobs: null,
          finish_reason: finish,
        },
      ],
      usage: usage(pieces.length),
      system_fingerprint: null,
    }),
    events: ({ pieces, finish }) => ({
      preamble: [chunk({ role: 'assistant', content: '', refusal: null })],
      content: pieces.map((piece) => chunk({ content: piece })),
      final: [
        chunk({}, finish),
        ...(request.withUsage
          ? [frame({ ...identity, object: 'chat.completion.chunk', choices: [], usage: usage(pieces.length) })]
          : []),
        'data: [DONE]\n\n',
      ],
    }),
    failed: (error) => (request.stream ? frame({ error }) : JSON.stringify({ error })),
  }
}
