import type { IncomingMessage, ServerResponse } from 'node:http'

/** A whole answer, as the host is to send it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a handler may have said about the body that it did not come to send. */
const OF_THE_BODY = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'transfer-encoding',
]

const READABLE_BY_SCRIPTS = ['Retry-After', 'RateLimit', 'RateLimit-Policy']

/**
 * Takes back what was said about another body. Whatever else stands there stays: CORS, security headers, cookies. Where
 * scripts of another origin may read the answer, they may read how long to wait.
 */
export const prepareFor = (response: ServerResponse): void => {
  for (const name of OF_THE_BODY) response.removeHeader(name)
  if (!response.hasHeader('access-control-allow-origin')) return
  const exposed = String(response.getHeader('access-control-expose-headers') ?? '')
  const known = new Set(exposed.split(',').map((name) => name.trim().toLowerCase()))
  if (known.has('*')) return
  const missing = READABLE_BY_SCRIPTS.filter((name) => !known.has(name.toLowerCase()))
  response.setHeader('Access-Control-Expose-Headers', [...(exposed === '' ? [] : [exposed]), ...missing].join(', '))
}

/** Sends an answer past the host: before it has seen the request, or after it has given up. */
export const sendAnswer = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  prepareFor(response)
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
  response.setHeader('Content-Length', Buffer.byteLength(answer.body))
  response.end(request.method === 'HEAD' ? undefined : answer.body)
}
