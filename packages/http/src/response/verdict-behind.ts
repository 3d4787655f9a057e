import type { Verdict } from '@spillway/core'

/** By the headers, which clients hand on into their own errors. */
const verdicts = new WeakMap<object, Verdict>()

/** Remembers what an answer was worth that is handed over because nothing better came. */
export const withVerdict = (response: Response, verdict: Verdict): Response => {
  verdicts.set(response.headers, verdict)
  return response
}

/**
 * The verdict on an answer that `resilientFetch` gave up on, by the answer's headers: clients such as `openai` hand them on in
 * their own error. Whoever judges that error again would take our `x-should-retry: false` for the provider's.
 *
 * @returns `undefined` where the answer came through no pipeline, or is Spillway's own: see `refusalBehind`
 */
export const verdictBehind = (headers: unknown): Verdict | undefined =>
  typeof headers === 'object' && headers !== null ? verdicts.get(headers) : undefined
