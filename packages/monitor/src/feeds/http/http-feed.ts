import type { StatusFeed, StatusReport } from '../status-feed.ts'
import { FeedFailedError } from './feed-failed-error.ts'
import { fetchFollowing } from './fetch-following.ts'
import { HTTP_FEED_DEFAULTS, type HttpFeedOptions } from './http-feed-options.ts'
import { networkReason, statusReason, withoutAnswer } from './reasons.ts'
import { discard, readText } from './read-text.ts'
import { ServerWait } from './server-wait.ts'

/** A place where a status is told in JSON. */
interface Page {
  /** The feed's name. */
  readonly name: string
  /** Where it is, asked anew for each poll: its page with that number, from 1. */
  readonly address: (number: number) => URL
  /** Headers besides those of every feed. */
  readonly headers?: Readonly<Record<string, string>>
  /** Goes to the address's own origin and nowhere else. */
  readonly token?: string
  /** What its pages say, in their order. `undefined` where the JSON is none of its schema. */
  readonly read: (...pages: readonly unknown[]) => StatusReport | undefined
  /** Whether there is a page after this one that is worth asking for. @default never */
  readonly goesOn?: (page: unknown) => boolean
}

/** What an address said, and how to ask whether it still does. */
interface Known {
  readonly address: string
  readonly report: StatusReport
  readonly etag: string | null
  readonly modified: string | null
}

/** Nobody is asked for more pages in one poll: a free plan may allow 15 requests a minute. */
const MAX_PAGES = 10
/** No validator is longer: it would be sent with every poll. */
const LONGEST_VALIDATOR = 500

/**
 * A feed that is read from an address: asked with the validators of its last answer, followed only where that is harmless,
 * read up to a limit, and not asked at all while its server wants to be left alone.
 */
export const httpFeed = (page: Page, options: HttpFeedOptions): StatusFeed => {
  const { name, token } = page
  const { maxBytes, clock } = { ...HTTP_FEED_DEFAULTS, ...options }
  const wait = new ServerWait(clock)
  let known: Known | undefined
  const failed = (reason: string, cause?: unknown): FeedFailedError =>
    new FeedFailedError(name, reason, { cause, ...(wait.leftMs > 0 ? { retryAfterMs: wait.leftMs } : {}) })

  const ask = async (url: URL, last: Known | undefined, signal: AbortSignal): Promise<Response> => {
    if (wait.leftMs > 0) throw failed(`its server asks to be left alone for another ${Math.ceil(wait.leftMs / 1000)} s`)
    const fetch = options.fetch ?? globalThis.fetch
    const init = { headers: headersOf(page, last), signal }
    const response = await fetchFollowing(url, init, { fetch, failed, hasToken: token !== undefined })
    wait.learn(response)
    if (response.ok || (response.status === 304 && last !== undefined)) return response
    discard(response)
    throw failed(statusReason(response.status, token !== undefined))
  }

  const read = async (response: Response, signal: AbortSignal): Promise<{ text: string; json: unknown }> => {
    const text = await readText(response, maxBytes).catch((error: unknown) => {
      signal.throwIfAborted()
      throw failed(networkReason(error), withoutAnswer(error))
    })
    if (text === undefined) throw failed(`it answered with more than ${maxBytes} bytes`)
    return { text, json: parse(text) }
  }

  /** The whole of it, and whether that was one answer. */
  const readAll = async (first: Response, signal: AbortSignal): Promise<{ report: StatusReport; isOne: boolean }> => {
    const pages: unknown[] = []
    for (let response = first; ; response = await ask(page.address(pages.length + 1), undefined, signal)) {
      const { text, json } = await read(response, signal)
      pages.push(json)
      const report = page.read(...pages)
      if (report === undefined) throw failed(`it answered with ${whatIs(text)} instead of what it is known for`)
      if (page.goesOn?.(json) !== true) return { report, isOne: pages.length === 1 }
      if (pages.length === MAX_PAGES) throw failed(`it has more than ${MAX_PAGES} pages`)
    }
  }

  return {
    name,
    poll: async (signal) => {
      const url = page.address(1)
      const last = known?.address === url.href ? known : undefined
      const response = await ask(url, last, signal)
      if (response.status === 304 && last !== undefined) {
        discard(response)
        return last.report
      }
      const { report, isOne } = await readAll(response, signal)
      const { headers } = response
      known = {
        address: url.href,
        report,
        // That the first of several pages is as before says nothing of the others.
        etag: isOne ? validator(headers, 'etag') : null,
        modified: isOne ? validator(headers, 'last-modified') : null,
      }
      return report
    },
  }
}

const headersOf = ({ headers, token }: Page, last: Known | undefined): Record<string, string> => ({
  accept: 'application/json',
  'user-agent': 'spillway-monitor',
  ...headers,
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(last?.etag ? { 'if-none-match': last.etag } : {}),
  ...(last?.modified ? { 'if-modified-since': last.modified } : {}),
})

const validator = (headers: Headers, name: string): string | null => {
  const value = headers.get(name)
  return value !== null && value.length <= LONGEST_VALIDATOR ? value : null
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const whatIs = (text: string): string => {
  const start = text.trimStart()
  if (start === '') return 'nothing'
  if (start.startsWith('<')) return 'a page'
  return parse(text) === undefined ? 'something that is no JSON' : 'JSON of another kind'
}
