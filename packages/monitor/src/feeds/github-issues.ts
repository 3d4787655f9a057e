import { checkText, checkDuration, checkKnown, checkNumber, InvalidOptionsError, systemClock } from '@spillway/core'
import { checkToken } from './check-texts.ts'
import { componentStatus } from './component-status.ts'
import { checkAddress } from './http/feed-address.ts'
import { httpFeed } from './http/http-feed.ts'
import { checkHttpFeedOptions, HTTP_FEED_FIELDS, type HttpFeedOptions } from './http/http-feed-options.ts'
import { isObject } from './json.ts'
import type { ComponentStatus, StatusFeed } from './status-feed.ts'

/** Options of {@link githubIssues}, besides those of every feed of an address. */
export interface GithubIssuesOptions extends HttpFeedOptions {
  /** The repository in which people complain: `googleapis/js-genai`. */
  readonly repo: string
  /** What they write, in the words of GitHub's search: `overloaded`, `"503" in:title`. */
  readonly query: string
  /** How many new issues are a burst: an integer from 1. @default 5 */
  readonly burst?: number
  /** How far back an issue is new, in milliseconds from 60000. @default 3600000, an hour */
  readonly windowMs?: number
  /** A token without any rights raises the limit from 10 to 30 searches a minute. @default none */
  readonly token?: string
  /** Appears in events, alerts and errors. @default 'github-issues' */
  readonly name?: string
  /** Where the API is. @default 'https://api.github.com' */
  readonly url?: string
}

/** What {@link githubIssues} takes where an option is left out. */
export const GITHUB_ISSUES_DEFAULTS: Required<Pick<GithubIssuesOptions, 'burst' | 'windowMs' | 'name' | 'url'>> = {
  burst: 5,
  windowMs: 3_600_000,
  name: 'github-issues',
  url: 'https://api.github.com',
}

/**
 * New issues of a repository that match a search. A burst of them is a hint that something is `degraded`, and never more: many
 * people can be wrong together. That there are few says little.
 *
 * ```ts
 * import { githubIssues, readFeed } from '@spillway/monitor'
 *
 * const found = { total_count: 7, incomplete_results: false, items: [] }
 * const fetch = async (): Promise<Response> => Response.json(found)
 * const complaints = githubIssues({ repo: 'googleapis/js-genai', query: 'overloaded', fetch })
 * console.log((await readFeed(complaints)).level) // => degraded
 * ```
 *
 * @throws InvalidOptionsError where an option is wrong; its `poll` throws FeedFailedError
 */
export const githubIssues = (options: GithubIssuesOptions): StatusFeed => {
  checkKnown('githubIssues', options, FIELDS)
  checkHttpFeedOptions('githubIssues', options)
  const { repo, query, burst, windowMs, name, url, clock } = {
    clock: systemClock,
    ...GITHUB_ISSUES_DEFAULTS,
    ...options,
  }
  checkText('githubIssues.name', name)
  if (typeof repo !== 'string' || !/^[\w.-]+\/[\w.-]+$/.test(repo))
    throw new InvalidOptionsError('githubIssues.repo', repo, "an owner and a name, such as 'googleapis/js-genai'")
  checkText('githubIssues.query', query)
  checkNumber('githubIssues.burst', burst, { min: 1, integer: true })
  checkDuration('githubIssues.windowMs', windowMs, { min: 60_000 })
  const token = checkToken('githubIssues.token', options.token)
  const api = checkAddress('githubIssues.url', url, token !== undefined)

  const address = (): URL => {
    // In whole minutes, so that GitHub has seen the question before.
    const from = new Date(Math.floor((clock.wallTime() - windowMs) / 60_000) * 60_000).toISOString().slice(0, 19)
    const search = new URL(`${api.pathname.replace(/\/+$/, '')}/search/issues`, api)
    search.searchParams.set('q', `repo:${repo} is:issue created:>=${from}Z ${query}`)
    search.searchParams.set('per_page', '1')
    return search
  }

  const status = (count: number, isWhole: boolean): ComponentStatus => {
    const words = `${count} new ${count === 1 ? 'issue' : 'issues'} in ${Math.round(windowMs / 60_000)} minutes`
    const link = `https://github.com/${repo}/issues?q=${encodeURIComponent(`is:issue ${query}`)}`
    if (count >= burst) return componentStatus(repo, 'degraded', { title: words, link })
    if (!isWhole) return componentStatus(repo, 'unknown', { title: 'GitHub did not search to the end' })
    return componentStatus(repo, 'operational', count === 0 ? {} : { title: words, link })
  }

  return httpFeed(
    {
      name,
      address,
      headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
      ...(token === undefined ? {} : { token }),
      read: (json) => {
        const count = isObject(json) ? json['total_count'] : undefined
        if (!isObject(json) || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) return undefined
        return { components: [status(count, json['incomplete_results'] !== true)] }
      },
    },
    options,
  )
}

const FIELDS = ['repo', 'query', 'burst', 'windowMs', 'token', 'name', 'url', ...HTTP_FEED_FIELDS]
