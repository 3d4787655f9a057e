/** What of `Headers` is read here: openai, genai and Node each have a class of their own. */
export interface HeadersLike {
  get(name: string): string | null | undefined
}

/** A longer wait is nonsense or an attack: a day later the endpoint is asked again. */
export const LONGEST_SERVER_WAIT_MS = 86_400_000

/** Only what HTTP calls a date: `Date.parse` takes "1, 2" for a day in 2001. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT$/

/** Milliseconds since 1970 of an HTTP date; `undefined` for anything else. */
export const httpDate = (text: string | undefined): number | undefined =>
  text !== undefined && HTTP_DATE.test(text) ? finite(Date.parse(text)) : undefined

/** The present by the server's own clock where it tells its time: ours may be wrong. */
export const serverNow = (headers: HeadersLike | undefined, wallTimeMs: number | undefined): number | undefined =>
  httpDate(headers?.get('date') ?? undefined) ?? wallTimeMs

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** Milliseconds since 1970 of a time as RFC 3339 writes it; `undefined` for anything else. */
export const rfc3339 = (text: string): number | undefined =>
  RFC_3339.test(text) ? finite(Date.parse(text)) : undefined

/** A number above or equal to 0, as headers write it; `undefined` for anything else. */
export const decimal = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined

const finite = (ms: number): number | undefined => (Number.isFinite(ms) ? ms : undefined)
