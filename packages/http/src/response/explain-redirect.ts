import type { KeptReply } from './kept-reply.ts'

/** The only redirect that is none. */
const NOT_MODIFIED = 304

/**
 * The answer that a client shows to its user in the place of a redirect, whose body says nothing: that it is not followed, and
 * what to do. Names the other server, not the rest of the address, in which keys may be. `undefined` for any other answer.
 */
export const explainRedirect = ({ status, headers, url, ...rest }: KeptReply): KeptReply | undefined => {
  const location = headers.get('location')
  if (status < 300 || status > 399 || status === NOT_MODIFIED || location === null) return undefined
  const to = URL.parse(location, url === '' ? undefined : url)?.origin ?? 'another address'
  const message =
    `The server redirects to ${to}. Redirects are not followed, so that no key and no prompt reaches a server that ` +
    'nobody chose: if it is the right one, set it as the base URL.'
  const bytes = new TextEncoder().encode(JSON.stringify({ error: { message, code: 'redirect', type: 'redirect' } }))
  const explained = new Headers(headers)
  explained.set('content-type', 'application/json')
  for (const name of ['content-length', 'content-encoding']) explained.delete(name)
  return { ...rest, status, url, headers: explained, bytes }
}
