import { checkKnown } from '@spillway/core'
import { statuspage, STATUSPAGE_FIELDS, type StatuspageOptions } from './statuspage.ts'
import type { StatusFeed } from './status-feed.ts'

/** What {@link openaiStatus} takes where an option is left out. */
export const OPENAI_STATUS_DEFAULTS: Required<Pick<StatuspageOptions, 'url' | 'name' | 'component'>> = {
  url: 'https://status.openai.com',
  name: 'openai',
  // By id, which stays: Chat Completions, Responses, Images, as the page had them in September 2026.
  component: ['01JMXBRMFE6N2NNT7DG6XZQ6PW', '01JP8CD9JR3HR6Y7G4Q75N4DVW', '01JMXBRMFE4MAP2BHSJNZ787WX'],
}

/**
 * OpenAI's status page: the components of its API that make text and images, unless others are named.
 *
 * ```ts
 * import { openaiStatus } from '@spillway/monitor'
 * console.log(openaiStatus({ component: 'Images' }).name) // => openai
 * ```
 *
 * @param options those of {@link statuspage}, with the page's own address and components for a default
 */
export const openaiStatus = (options: Partial<StatuspageOptions> = {}): StatusFeed => {
  checkKnown('openaiStatus', options, STATUSPAGE_FIELDS)
  return statuspage({ ...OPENAI_STATUS_DEFAULTS, ...options })
}
