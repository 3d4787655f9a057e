import { pipeline, retry, type RetryOptions, timeout } from '@spillway/core'
import { type Fetch, resilientFetch } from '@spillway/http'
import { classifyGeminiReply } from './classify-error.ts'
import type { GeminiEndpoint } from './gemini-endpoint.ts'
import type { InteractionHomes } from './interaction-homes.ts'
import { route } from './route.ts'

/** What the newer resources keep in a project. */
const KEPT = /\/(?:interactions|agents|webhooks|triggers|environments|credentials|voices)(?:\/|\?|$)/

/**
 * Whether a request reads, cancels or deletes what the newer resources keep: it may be sent twice, and nothing is
 * generated for it. Streams and files are left alone, because their bodies may take long.
 */
export const isKeptRequest = (url: string, method: string): boolean => {
  if (!KEPT.test(url) || /[?&](?:stream=true|alt=)/.test(url)) return false
  return method === 'GET' || method === 'DELETE' || (method === 'POST' && /\/cancel(?:\?|$)/.test(url))
}

/** Options of {@link keptFetch}. */
export interface KeptFetchOptions {
  readonly fetch: Fetch
  readonly homes: InteractionHomes
  readonly clientBaseUrl: string
  /** The name of the pipeline beside which this one stands. */
  readonly name: string
  readonly totalMs: number
  readonly retry: RetryOptions
  readonly maxAnswerBytes?: number
}

/** As often as the client's own loop would send. */
const ATTEMPTS = 5

/**
 * A fetch for such requests, in the place of the retry loop that the client has for them. It has a pipeline of its own,
 * because they take milliseconds: among answers that take half a minute they would spoil every measure of time, and no
 * other endpoint has what they ask for.
 */
export const keptFetch = (options: KeptFetchOptions): Fetch => {
  const { fetch, homes, clientBaseUrl, name, totalMs, retry: again, maxAnswerBytes } = options
  const calls = pipeline([timeout({ totalMs }), retry({ maxAttempts: ATTEMPTS, ...again })], { name: `${name}.kept` })
  return resilientFetch(calls, {
    fetch,
    ...(maxAnswerBytes === undefined ? {} : { maxAnswerBytes }),
    protocol: {
      provider: 'gemini',
      address(request) {
        const home: GeminiEndpoint | undefined = homes.homeOf(request)
        return home === undefined ? request : route(request, home, clientBaseUrl)
      },
      isModelCall: () => false,
      judgeReply: classifyGeminiReply,
    },
  })
}
