/** What an answer means that is none, in words. */
export const statusReason = (status: number, hasToken: boolean): string => {
  const words: Readonly<Record<number, string>> = {
    304: 'although it was asked for everything',
    401: hasToken ? 'the token is not accepted' : 'it wants a token',
    403: hasToken ? 'the token may not read this, or asks too often' : 'it refuses, or is asked too often',
    404: 'there is nothing at this address',
    429: 'it is asked too often',
  }
  return `it answered HTTP ${status}${words[status] === undefined ? '' : `: ${words[status]}`}`
}

const DEEPEST_CAUSE = 5

/** An error and what is behind it. */
const chainOf = (error: unknown): readonly object[] => {
  const chain: object[] = []
  let at: unknown = error
  while (chain.length < DEEPEST_CAUSE && typeof at === 'object' && at !== null) {
    chain.push(at)
    at = (at as { cause?: unknown }).cause
  }
  return chain
}

/** Why a server could not be reached, or fell silent in the middle: by the error's code, never by a text that may quote. */
export const networkReason = (error: unknown): string => {
  for (const { code } of chainOf(error) as { code?: unknown }[])
    if (typeof code === 'string' && /^[A-Z][\w-]{1,60}$/.test(code)) return `its server could not be asked (${code})`
  return 'its server could not be asked'
}

/** An error of fetch without the bytes of an answer that is no HTTP. */
export const withoutAnswer = (error: unknown): unknown => {
  for (const each of chainOf(error)) if ('data' in each) Reflect.deleteProperty(each, 'data')
  return error
}
