// What fetch says of a URL or a header that cannot be sent quotes it, and the key in it.

/** The headers of a request. @throws TypeError that does not quote them */
export const headersOf = (given: RequestInit['headers']): Headers => {
  try {
    return new Headers(given)
  } catch (error) {
    throw unquoted(error)
  }
}

/** @throws TypeError where the URL cannot be fetched: it is not quoted */
export const checkUrl = (url: string): void => {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed !== null && parsed.username === '' && parsed.password === '') return
  const what = parsed === null ? 'is no absolute URL' : 'holds a user name or a password'
  throw coded('ERR_INVALID_URL', `The URL of the request ${what}. It is not shown, because it may hold a key.`)
}

const DEEPEST_CAUSE = 5

/** An error of fetch without what it quotes: the value of a header, or the bytes of an answer that is no HTTP. */
export const unquoted = (error: unknown): unknown => {
  let at: unknown = error
  for (let depth = 0; depth < DEEPEST_CAUSE && at instanceof Error; depth++) {
    if (at.name === 'HTTPParserError') delete (at as { data?: unknown }).data
    at = at.cause
  }
  return withoutHeader(error)
}

const withoutHeader = (error: unknown): unknown =>
  error instanceof TypeError && /invalid header (?:value|name)/i.test(error.message)
    ? coded(
        'ERR_INVALID_CHAR',
        'A header of the request has a character that no header may have, such as a line break. It is not shown, because it may be a key.',
      )
    : error

const coded = (code: string, message: string): TypeError => Object.assign(new TypeError(message), { code })
