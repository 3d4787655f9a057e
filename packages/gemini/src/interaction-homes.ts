import type { OutgoingRequest } from '@spillway/http'
import type { GeminiEndpoint } from './gemini-endpoint.ts'
import { objectIn, parseObject, textOfBody } from './json.ts'

/** Whoever polls one that was forgotten is answered by the client's own endpoint. */
const REMEMBERED = 10_000

/** Which endpoint keeps an interaction: it can be continued, read and cancelled nowhere else. */
export interface InteractionHomes {
  /** Remembers where an interaction was made, where that is not the client's own place. */
  remember(interaction: unknown, endpoint: GeminiEndpoint | undefined): void
  /** Where a request has to go that continues an interaction, or is about one. */
  homeOf(request: Pick<OutgoingRequest, 'url' | 'body'>): GeminiEndpoint | undefined
}

/** A memory of the last 10,000. */
export const interactionHomes = (): InteractionHomes => {
  const homes = new Map<string, GeminiEndpoint>()
  return {
    remember(interaction, endpoint) {
      const { id } = objectIn(interaction)
      if (typeof id !== 'string' || id === '' || (endpoint?.baseUrl === undefined && endpoint?.apiKey === undefined))
        return
      homes.delete(id)
      homes.set(id, endpoint)
      const [oldest] = homes.keys()
      if (homes.size > REMEMBERED && oldest !== undefined) homes.delete(oldest)
    },
    homeOf({ url, body }) {
      if (homes.size === 0) return undefined
      const id = /\/interactions\/([^/?:]+)/.exec(url)?.[1]
      if (id !== undefined) return homes.get(decodeURIComponent(id))
      if (!/\/interactions(?:\?|$)/.test(url)) return undefined
      const { previous_interaction_id: previous } = parseObject(textOfBody(body) ?? '') ?? {}
      return typeof previous === 'string' ? homes.get(previous) : undefined
    },
  }
}
