import { checkKnown } from '@spillway/core'
import { statuspage, STATUSPAGE_FIELDS, type StatuspageOptions } from './statuspage.ts'
import type { StatusFeed } from './status-feed.ts'

/** What {@link anthropicStatus} takes where an option is left out. */
export const ANTHROPIC_STATUS_DEFAULTS: Required<Pick<StatuspageOptions, 'url' | 'name' | 'component'>> = {
  url: 'https://status.claude.com',
  name: 'anthropic',
  // By id, which stays: the Claude API, as the page had it in September 2026.
  component: 'k8w3r06qmzrp',
}

/**
 * Anthropic's status page: the component of its API, unless another is named. Where the page keeps programs out,
 * `https://anthropic.statuspage.io` has been seen to answer with the same.
 *
 * ```ts
 * import { anthropicStatus } from '@spillway/monitor'
 * console.log(anthropicStatus().name) // => anthropic
 * ```
 *
 * @param options those of {@link statuspage}, with the page's own address and component for a default
 */
export const anthropicStatus = (options: Partial<StatuspageOptions> = {}): StatusFeed => {
  checkKnown('anthropicStatus', options, STATUSPAGE_FIELDS)
  return statuspage({ ...ANTHROPIC_STATUS_DEFAULTS, ...options })
}
