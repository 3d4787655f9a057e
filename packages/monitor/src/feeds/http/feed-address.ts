import { InvalidOptionsError } from '@spillway/core'

/**
 * The address of a feed, as its user wrote it.
 *
 * @param hasToken whether a token goes there: then in the clear only to the machine itself
 * @throws InvalidOptionsError where it is none; it is not quoted, because it may hold a key
 */
export const checkAddress = (option: string, address: string, hasToken: boolean): URL => {
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new InvalidOptionsError(option, typeof address, "an address such as 'https://status.example.com'")
  if (url.username !== '' || url.password !== '')
    throw new InvalidOptionsError(option, typeof address, 'an address without a user name and a password')
  if (hasToken && url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new InvalidOptionsError(option, typeof address, 'an https address, because a token goes there')
  return url
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)

/**
 * Whether a feed may be read where its server says it has moved to: elsewhere at the same origin, or, while no token goes
 * along, under a public name over https. Never inside a network, whatever a status page says.
 */
export const mayMove = (from: URL, to: URL, hasToken: boolean): boolean => {
  if (to.username !== '' || to.password !== '') return false
  if (to.origin === from.origin) return true
  return !hasToken && to.protocol === 'https:' && to.port === '' && isPublicName(to.hostname)
}

/** Names that never leave a network. */
const PRIVATE_NAMES = /\.(?:localhost|local|internal|intranet|lan|home|corp|private|test|invalid|arpa|onion)$/

/** A name with a dot that is no number: a `URL` has written every way of writing an IPv4 address as four numbers. */
const isPublicName = (host: string): boolean => {
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  return /^[^:[\]]+\.(?:[a-z][^.]*)$/.test(name) && !PRIVATE_NAMES.test(name)
}
