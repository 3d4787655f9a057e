import { pipeline, timeout, type Verdict } from '@spillway/core'
import { resilientFetch } from '@spillway/http'

/** One request. */
export interface Question {
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: object
}

/** What became of it. */
export interface Answered {
  readonly verdict: Verdict
  /** HTTP status, where there was an answer. */
  readonly status?: number
  readonly tookMs: number
  /** The answer, where it was JSON. */
  readonly json?: unknown
  /** The server's own time, in milliseconds since 1970 UTC, and ours in the middle of the request. */
  readonly clocks?: { readonly theirs: number; readonly ours: number }
}

/** More than any list of models has. */
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024

/**
 * Asks once, with the judgement that a run's requests get, and without a second try: redirects are not followed, a long answer is
 * not read, and nothing that goes wrong is thrown.
 */
export async function ask(
  { url, method, headers = {}, body }: Question,
  { timeoutMs, signal, fetch }: { timeoutMs: number; signal?: AbortSignal; fetch?: typeof globalThis.fetch },
): Promise<Answered> {
  const once = pipeline([timeout({ totalMs: timeoutMs })], { name: 'probe', check: false })
  let verdict: Verdict = { kind: 'transient' }
  once.events.subscribe((event) => {
    if (event.type === 'attempt.completed') verdict = event.verdict
  })
  const startedAt = Date.now()
  const tookMs = (): number => Date.now() - startedAt
  try {
    const send = resilientFetch(once, {
      protocol: { provider: 'probe', readAnswer: () => ({}) },
      maxAnswerBytes: LONGEST_ANSWER_BYTES,
      ...(fetch !== undefined && { fetch }),
    })
    const response = await send(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    })
    const theirs = Date.parse(response.headers.get('date') ?? '')
    const json = await response.json().catch(() => undefined)
    return {
      verdict,
      status: response.status,
      tookMs: tookMs(),
      ...(json !== undefined && { json }),
      ...(Number.isFinite(theirs) && { clocks: { theirs, ours: startedAt + tookMs() / 2 } }),
    }
  } catch {
    // What went wrong is in the verdict.
    return { verdict, tookMs: tookMs() }
  } finally {
    once.dispose()
  }
}
