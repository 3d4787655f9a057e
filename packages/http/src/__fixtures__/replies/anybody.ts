import type { RecordedReply } from './recorded-reply.ts'

/** What proxies, load balancers and broken servers answer in a provider's place. */
export const anybodysReplies: readonly RecordedReply[] = [
  { name: 'a proxy page', status: 502, body: '<html><h1>502 Bad Gateway</h1></html>', kind: 'transient' },
  { name: 'Cloudflare', status: 524, body: '', kind: 'transient' },
  { name: 'an empty 503', status: 503, body: '', kind: 'overloaded' },
  { name: 'an empty array', status: 500, body: [], kind: 'transient' },
  { name: 'null', status: 500, body: { error: null }, kind: 'transient' },
  { name: 'broken JSON', status: 503, body: '{"error":{"message":"over', kind: 'overloaded' },
  {
    name: 'a redirect',
    status: 302,
    headers: { location: 'https://elsewhere.example' },
    body: '',
    kind: 'endpoint_failed',
    code: 'redirect',
  },
  {
    name: 'an own __proto__',
    status: 500,
    body: JSON.parse('{"__proto__":{"error":{"code":"insufficient_quota"}}}'),
    kind: 'transient',
  },
  {
    name: 'a 503 that is not worth another try here',
    status: 503,
    headers: { 'x-should-retry': 'false' },
    body: '',
    kind: 'endpoint_failed',
    scope: 'endpoint',
  },
  {
    name: 'a 429 that is not worth another try here',
    status: 429,
    headers: { 'x-should-retry': 'false', 'retry-after': '9' },
    body: '',
    kind: 'quota_exhausted',
    retryAfterMs: 9000,
  },
  {
    name: 'a 400 that is worth another try',
    status: 400,
    headers: { 'x-should-retry': 'true' },
    body: '',
    kind: 'transient',
  },
  {
    name: 'a 400 whose code knows better than its header',
    status: 400,
    headers: { 'x-should-retry': 'true' },
    body: { error: { code: 'context_length_exceeded' } },
    kind: 'request_failed',
  },
]
