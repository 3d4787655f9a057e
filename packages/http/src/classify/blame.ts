import type { VerdictKind, VerdictScope } from '@spillway/core'
import type { HeadersLike } from '../limits/server-clock.ts'
import {
  KEY_CODES,
  MODEL_CODES,
  OVERLOAD_CODES,
  QUOTA_CODES,
  REQUEST_CODES,
  THROTTLE_CODES,
  VAGUE_REQUEST_CODES,
} from './codes.ts'
import type { ErrorBody } from './error-body.ts'

/** What went wrong, and whose limit or fault it is. */
export type Blame = readonly [kind: VerdictKind, scope?: VerdictScope]

/** An answer as it is judged. */
export interface Accused {
  readonly status: number
  readonly error: ErrorBody
  readonly headers: HeadersLike | undefined
  readonly retryAfterMs: number | undefined
}

/** What a status means when no code says more. Statuses that are not here go by their hundred. */
const STATUS: Readonly<Record<number, Blame>> = {
  401: ['endpoint_failed', 'key'],
  403: ['endpoint_failed', 'key'],
  404: ['endpoint_failed', 'model'],
  405: ['endpoint_failed', 'endpoint'],
  408: ['transient', 'endpoint'],
  409: ['transient', 'request'],
  410: ['endpoint_failed', 'model'],
  // Bedrock: the model behind it failed.
  424: ['transient', 'model'],
  425: ['transient', 'endpoint'],
  429: ['throttled', 'project'],
  // Groq: no capacity in its flexible tier.
  498: ['overloaded', 'model'],
  499: ['transient', 'request'],
  501: ['endpoint_failed', 'endpoint'],
  503: ['overloaded', 'model'],
  529: ['overloaded', 'model'],
}

/** Decides who is to blame: codes, then words, then the status; and then what the server says about retrying. */
export const blame = (accused: Accused): Blame =>
  heeding(accused.headers?.get('x-should-retry'), judge(accused), accused)

const judge = (accused: Accused): Blame => {
  const { status, error, retryAfterMs } = accused
  const says = saying(accused)
  if (status >= 300 && status < 400) return ['endpoint_failed', 'endpoint']
  if (status === 402) return retryAfterMs === undefined ? ['quota_exhausted', 'project'] : ['throttled', 'project']
  if (says(QUOTA_CODES) || isDailyQuota(error)) return ['quota_exhausted', 'project']
  if (says(MODEL_CODES)) return ['endpoint_failed', 'model']
  if (says(REQUEST_CODES) || error.flagged) return ['request_failed', 'request']
  if (says(OVERLOAD_CODES)) return ['overloaded', 'model']
  if (status === 400 && says(KEY_CODES)) return ['endpoint_failed', 'key']
  // Gemini: the free tier is not available here, or billing is off. Another project may do.
  if (status === 400 && error.status === 'FAILED_PRECONDITION') return ['endpoint_failed', 'project']
  if (says(THROTTLE_CODES)) return inWords(accused) ?? ['throttled', 'project']
  return inWords(accused) ?? byStatus(status) ?? inside(says)
}

/** All words that stand for a code, wherever they stand. */
const saying = ({ error, headers }: Accused): ((known: ReadonlySet<string>) => boolean) => {
  const aws = headers?.get('x-amzn-errortype')?.split(':', 1)[0]
  const codes = [error.code, error.type, error.status, aws, ...error.reasons].flatMap(
    (code) => code?.toLowerCase() ?? [],
  )
  return (known) => codes.some((code) => known.has(code))
}

const byStatus = (status: number): Blame | undefined => {
  if (status < 300) return undefined
  return STATUS[status] ?? (status >= 500 ? ['transient', 'endpoint'] : ['request_failed', 'request'])
}

/** An error inside an answer that began with 200 has no status to go by. */
const inside = (says: (known: ReadonlySet<string>) => boolean): Blame => {
  if (says(KEY_CODES)) return ['endpoint_failed', 'key']
  return says(VAGUE_REQUEST_CODES) ? ['request_failed', 'request'] : ['transient', 'endpoint']
}

/** Gemini's limits a day, and a tier that has none of this model. The message is asked last: old answers have no details. */
const isDailyQuota = (error: ErrorBody): boolean =>
  error.quotas.some(({ id, value }) => /PerDay|Daily/i.test(id) || value === '0') || /\blimit: 0\b/.test(error.message)

/** Anthropic, OpenRouter and Azure's gateway have no code for spent credit, or one that says something else. */
const SPENT =
  /\bcredit balance is too low\b|\busage limits\b.*\bregain access\b|\bfree-models-per-day\b|\bout of call volume quota\b/i

/** Azure, LiteLLM, and the relays of the one-api family ("the group's upstream is saturated") answer 429 to their own overload. */
const CROWDED = /\bhigh demand\b|\boverloaded\b|\bno deployments available\b|上游(?:负载)?已饱和/i

/** What stands in the words alone. Read only where no code says more; a rejected request may be quoted in them. */
const inWords = ({ status, error }: Accused): Blame | undefined => {
  const { code, reasons, message } = error
  if (code !== undefined || error.status !== undefined || reasons.length > 0) return undefined
  if (status >= 400 && status < 500 && SPENT.test(message)) return ['quota_exhausted', 'project']
  return (status === 429 || status >= 500 || status < 300) && CROWDED.test(message)
    ? ['overloaded', 'model']
    : undefined
}

/** `x-should-retry` is OpenAI's and Anthropic's word on whether the same request is worth sending here again. */
const heeding = (word: string | null | undefined, judged: Blame, { error, headers }: Accused): Blame => {
  const [kind] = judged
  if (word === 'true' && kind === 'request_failed' && !saying({ error, headers } as Accused)(REQUEST_CODES))
    return ['transient', 'request']
  if (word !== 'false') return judged
  if (kind === 'throttled') return ['quota_exhausted', 'project']
  return kind === 'overloaded' || kind === 'transient' ? ['endpoint_failed', 'endpoint'] : judged
}
