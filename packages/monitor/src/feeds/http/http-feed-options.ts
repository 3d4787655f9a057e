import { checkFunction, checkNumber, systemClock, type Clock } from '@spillway/core'

/** How a feed is read over HTTP: options that every feed of an address takes besides its own. */
export interface HttpFeedOptions {
  /** The longest answer that is read, in bytes after decompression: an integer from 1024. @default 4194304, 4 MiB */
  readonly maxBytes?: number
  /** Who asks: a `fetch` of your own, with a proxy or a certificate authority. @default the global one */
  readonly fetch?: typeof globalThis.fetch
  /** @default real time */
  readonly clock?: Clock
}

/** What a feed takes where an option is left out. */
export const HTTP_FEED_DEFAULTS: Required<Omit<HttpFeedOptions, 'fetch'>> = {
  maxBytes: 4 * 1024 * 1024,
  clock: systemClock,
}

/** The names of these options, for those who check for unknown ones. */
export const HTTP_FEED_FIELDS: readonly (keyof HttpFeedOptions)[] = ['maxBytes', 'fetch', 'clock']

/** @throws InvalidOptionsError where one is wrong */
export const checkHttpFeedOptions = (owner: string, { maxBytes, fetch }: HttpFeedOptions): void => {
  checkNumber(`${owner}.maxBytes`, maxBytes ?? HTTP_FEED_DEFAULTS.maxBytes, { min: 1024, integer: true })
  checkFunction(`${owner}.fetch`, fetch, true)
}
