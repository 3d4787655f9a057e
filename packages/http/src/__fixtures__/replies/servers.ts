import type { RecordedReply } from './recorded-reply.ts'

/** vLLM, which says the status as `code` and a class as `type`. */
export const vllmReplies: readonly RecordedReply[] = [
  {
    name: 'overloaded',
    status: 503,
    body: { error: { message: '', type: 'ServiceUnavailable', param: null, code: 503 } },
    kind: 'overloaded',
    code: 'ServiceUnavailable',
  },
  {
    name: 'a bad request, in the old shape',
    status: 400,
    body: {
      object: 'error',
      message: 'maximum context length is 4096 tokens',
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    kind: 'request_failed',
    code: 'BadRequestError',
  },
  {
    name: 'no such model',
    status: 404,
    body: { error: { message: 'The model `x` does not exist.', type: 'NotFoundError', param: 'model', code: 404 } },
    kind: 'endpoint_failed',
    scope: 'model',
  },
  {
    name: 'broken inside a stream',
    status: 200,
    body: {
      error: { message: 'EngineCore encountered an issue.', type: 'InternalServerError', param: null, code: 500 },
    },
    kind: 'transient',
    code: 'InternalServerError',
  },
  {
    name: 'a bad request inside a stream',
    status: 200,
    body: { error: { message: '', type: 'BadRequestError', param: null, code: 400 } },
    kind: 'request_failed',
  },
]

/** Ollama, whose error is a string. */
export const ollamaReplies: readonly RecordedReply[] = [
  {
    name: 'its line is full',
    status: 503,
    body: { error: 'server busy, please try again.  maximum pending requests exceeded' },
    kind: 'overloaded',
  },
  { name: 'canceled', status: 499, body: { error: 'request canceled' }, kind: 'transient' },
  {
    name: 'no such model',
    status: 404,
    body: { error: 'model "x" not found, try pulling it first' },
    kind: 'endpoint_failed',
  },
  {
    name: 'broken',
    status: 500,
    body: { error: 'llama runner process has terminated: exit status 2' },
    kind: 'transient',
  },
  {
    name: 'broken inside a stream',
    status: 200,
    body: { error: 'an error was encountered while running the model' },
    kind: 'transient',
  },
  { name: 'a bad request', status: 400, body: { error: 'invalid JSON' }, kind: 'request_failed' },
]
