import type { Protocol, Route } from '../protocol.ts'
import { openaiError } from './openai-errors.ts'
import { openaiHeaders } from './openai-headers.ts'
import { openaiReply } from './openai-reply.ts'
import { parseOpenaiRequest } from './openai-request.ts'

const PATH = /^(?:\/v1|\/v1beta\/openai)?\/(chat\/completions|responses|images\/generations|images\/edits|models)$/

const OPERATIONS: Readonly<Record<string, Route['operation']>> = {
  'chat/completions': 'chat',
  responses: 'responses',
  'images/generations': 'images',
  'images/edits': 'edits',
}

/** The OpenAI-compatible API, as `openai` and most relays speak it. */
export const openai: Protocol = {
  name: 'openai',
  match(method, path) {
    const resource = PATH.exec(path)?.[1]
    if (resource === 'models') return method === 'GET' ? { operation: 'models' } : undefined
    const operation = OPERATIONS[resource ?? '']
    return operation === undefined || method !== 'POST' ? undefined : { operation }
  },
  key: (headers) => /^Bearer (.+)$/i.exec(String(headers['authorization'] ?? ''))?.[1] ?? '',
  parse: parseOpenaiRequest,
  error(name, context, detail) {
    const answer = openaiError(name, context.timeScale, detail)
    return { ...answer, headers: { ...openaiHeaders(context), ...answer.headers } }
  },
  reply: openaiReply,
  models: (names) => ({
    object: 'list',
    data: names.map((id) => ({ id, object: 'model', created: 0, owned_by: 'simulator' })),
  }),
}
