import type { ProviderError } from '../classify/provider-error.ts'

/** A provider's answer, read and put aside, so that the caller gets it as it was when nothing better comes. */
export interface KeptReply {
  readonly status: number
  readonly statusText: string
  readonly headers: Headers
  readonly url: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

const kept = new WeakMap<object, KeptReply>()

/** Puts the answer behind an error aside. Beside the error and not in it: logs print what is in an error. */
export const keepReply = (error: ProviderError, reply: KeptReply): ProviderError => {
  kept.set(error, reply)
  return error
}

/** The answer behind an error, where there is one, and what it was judged to be. */
export const keptReply = (error: unknown): (KeptReply & Pick<ProviderError, 'verdict'>) | undefined => {
  const reply = typeof error === 'object' && error !== null ? kept.get(error) : undefined
  return reply === undefined ? undefined : { ...reply, verdict: (error as ProviderError).verdict }
}

/** Keeps the head of a response together with what was read of its body. */
export const withBytes = (response: Response, bytes: Uint8Array<ArrayBuffer>): KeptReply => ({
  status: response.status,
  statusText: response.statusText,
  headers: response.headers,
  url: response.url,
  bytes,
})

/** Statuses that have no body, and for which `Response` takes none. */
const WITHOUT_BODY = new Set([204, 205, 304])

/** A response with another body; everything else is the original's. */
export const respondWith = (
  head: Pick<KeptReply, 'status' | 'statusText' | 'headers' | 'url'>,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
): Response => {
  const { status, statusText, headers, url } = head
  const response = new Response(WITHOUT_BODY.has(status) ? null : body, { status, statusText, headers })
  // Clients log it, and a constructed response has none.
  Object.defineProperty(response, 'url', { value: url })
  return response
}
