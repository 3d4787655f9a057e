import type { Fetch } from '@spillway/http'

/**
 * Reads the answers of `generateContent` and `streamGenerateContent` as what they must be, whatever type they say: the
 * page that a proxy sends with status 200 is then a broken answer, which is tried again, and no answer.
 */
export const inExpectedForm =
  (send: Fetch): Fetch =>
  async (input, init) => {
    const response = await send(input, init)
    const form = formOf(input instanceof Request ? input.url : String(input))
    const type = response.headers.get('content-type') ?? ''
    if (form === undefined || !response.ok || KNOWN.test(type)) return response
    const headers = new Headers(response.headers)
    headers.set('content-type', form)
    const { status, statusText, url } = response
    return Object.defineProperty(new Response(response.body, { status, statusText, headers }), 'url', { value: url })
  }

const KNOWN = /^(?:text\/event-stream|application\/json)\b/i

const formOf = (url: string): string | undefined => {
  const verb = /:(generateContent|streamGenerateContent)(?:\?|$)/.exec(url)?.[1]
  if (verb === undefined) return undefined
  return verb === 'generateContent' ? 'application/json' : 'text/event-stream'
}
