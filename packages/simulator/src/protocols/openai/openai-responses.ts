import { countTokens } from '../model-request.ts'
import { namedFrame, type Made, type OpenaiSpeech } from './openai-words.ts'

const INCOMPLETE: Readonly<Record<string, string>> = { length: 'max_output_tokens', content_filter: 'content_filter' }

/** `POST /responses`. */
export const responseWords: OpenaiSpeech = (request, context) => {
  const inputTokens = countTokens(request.prompt)
  const itemId = `msg_${context.requestId}`
  const response = (status: string, fields: object = {}): object => ({
    id: `resp_${context.requestId}`,
    object: 'response',
    created_at: context.unixSeconds,
    model: request.model,
    status,
    error: null,
    incomplete_details: null,
    output: [],
    usage: null,
    ...fields,
  })
  const text = (whole: string): object => ({ type: 'output_text', text: whole, annotations: [], logprobs: [] })
  const message = (status: string, content: object[]): object => ({
    id: itemId,
    type: 'message',
    role: 'assistant',
    status,
    content,
  })
  const ended = ({ pieces, finish }: Made): { status: string; response: object } => {
    const reason = INCOMPLETE[finish]
    const status = reason === undefined ? 'completed' : 'incomplete'
    const usage = {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: pieces.length,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + pieces.length,
    }
    const output = pieces.length === 0 ? [] : [message(status, [text(pieces.join(''))])]
    const details = reason === undefined ? {} : { incomplete_details: { reason } }
    return { status, response: response(status, { ...details, output, usage }) }
  }
  const failure = (error: object): object => {
    const { code, message: words } = error as { code: string | null; message: string }
    return response('failed', { error: { code: code ?? 'server_error', message: words } })
  }
  /** Events are numbered from the first one on. */
  const numbered = (first: number, events: readonly { readonly type: string }[]): string[] =>
    events.map(({ type, ...event }, index) => namedFrame(type, { sequence_number: first + index, ...event }))

  return {
    whole: (made) => ended(made).response,
    events(made) {
      const { pieces } = made
      const place = { item_id: itemId, output_index: 0, content_index: 0 }
      const part = text(pieces.join(''))
      const { status, response: whole } = ended(made)
      const created = [{ type: 'response.created', response: response('in_progress') }]
      const opened = [
        { type: 'response.output_item.added', output_index: 0, item: message('in_progress', []) },
        { type: 'response.content_part.added', ...place, part: text('') },
      ]
      const deltas = pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] }))
      const closed = [
        { type: 'response.output_text.done', ...place, text: pieces.join(''), logprobs: [] },
        { type: 'response.content_part.done', ...place, part },
        { type: 'response.output_item.done', output_index: 0, item: message(status, [part]) },
      ]
      const isEmpty = pieces.length === 0
      const preamble = isEmpty ? created : [...created, ...opened]
      const last = { type: `response.${status}`, response: whole }
      const final = isEmpty ? [last] : [...closed, last]
      return {
        preamble: numbered(0, preamble),
        content: numbered(preamble.length, deltas),
        final: numbered(preamble.length + deltas.length, final),
      }
    },
    failed: (error) =>
      request.stream
        ? namedFrame('response.failed', { sequence_number: 0, response: failure(error) })
        : JSON.stringify(failure(error)),
  }
}
