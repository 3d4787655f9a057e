import { ok, problem, warning, type Finding } from './finding.ts'

/** What is spoken at an address. */
export type Spoken = 'gemini' | 'openai'

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host)

/** Paths that clients add by themselves. */
const ADDED = {
  openai: /\/(?:chat\/completions|completions|responses|images(?:\/(?:generations|edits))?|models)\/?$/,
  gemini: /\/(?:v1|v1beta|v1alpha|openai|models(?:\/[^/]*)?)\/?$/,
} as const

/** Looks at the form of a base URL: what clients would make of it. */
export function checkAddress(endpoint: string, spoken: Spoken, baseUrl: string): Finding {
  const bad = (found: string, todo: string): Finding => problem('address', endpoint, found, todo)
  const odd = (found: string, todo: string): Finding => warning('address', endpoint, found, todo)
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return bad('is no http(s) address', 'It looks like https://relay.example.com/v1.')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    return bad(
      'has a user name, a password, a query or a fragment in it',
      'Keep the host and the path. A key belongs in its own variable.',
    )
  const path = url.pathname
  if (ADDED[spoken].test(path))
    return bad(`ends with what the client adds by itself: ${path}`, 'Leave the end of the path out.')
  if (/\/(v1(?:beta)?)\/\1(?:\/|$)/.test(path)) return bad(`says the version twice: ${path}`, 'Leave one out.')
  if (spoken === 'openai') {
    if (url.hostname === 'generativelanguage.googleapis.com' && !/\/openai\/?$/.test(path))
      return bad(
        'is the Gemini API, asked as if it were OpenAI’s',
        'End it with /v1beta/openai, or set GEMINI_API_KEY.',
      )
    if (path === '/') return odd('has no path', 'Most relays want /v1 at the end.')
  }
  if (path.includes('//'))
    return odd(`has a double slash in its path: ${path}`, 'Most servers take that for another path.')
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return odd('is plain http: the key is readable on its way', 'Use https.')
  return ok('address', endpoint, `${url.origin}${path === '/' ? '' : path}`)
}
