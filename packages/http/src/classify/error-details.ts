import type { HeadersLike } from '../limits/server-clock.ts'
import type { ErrorBody } from './error-body.ts'
import { isObject, parsed, type Json } from './json.ts'

/** More than any provider sends. */
const MOST_ENTRIES = 32

/** What stands below an error's own fields: Google's `details`, Anthropic's, and OpenRouter's `metadata`. */
type Details = Pick<ErrorBody, 'reasons' | 'quotas' | 'retryDelay' | 'headers' | 'flagged'> & {
  readonly inner?: unknown
}

export const readDetails = ({ details, metadata }: Json): Details => {
  if (isObject(metadata)) return readMetadata(metadata)
  if (Array.isArray(details)) return readGoogle(details)
  const reason = isObject(details) ? details['error_code'] : undefined
  return { reasons: typeof reason === 'string' ? [reason] : [], quotas: [] }
}

const readGoogle = (details: readonly unknown[]): Details => {
  const reasons: string[] = []
  const quotas: { id: string; value: string }[] = []
  let retryDelay: string | undefined
  for (const detail of details.slice(0, MOST_ENTRIES)) {
    if (!isObject(detail)) continue
    if (typeof detail['reason'] === 'string') reasons.push(detail['reason'])
    if (typeof detail['retryDelay'] === 'string') retryDelay = detail['retryDelay']
    const violations = detail['violations']
    for (const violation of Array.isArray(violations) ? violations.slice(0, MOST_ENTRIES) : [])
      if (isObject(violation)) quotas.push({ id: asText(violation['quotaId']), value: asText(violation['quotaValue']) })
  }
  return { reasons, quotas, ...(retryDelay === undefined ? {} : { retryDelay }) }
}

/** OpenRouter: who limits, the headers of a limit, and in `raw` what the provider behind it said. */
const readMetadata = (metadata: Json): Details => {
  const { headers, raw } = metadata
  const reasons = [metadata['limit_source'], metadata['error_type']].filter((each) => typeof each === 'string')
  const inner = typeof raw === 'string' ? parsed(raw) : raw
  return {
    reasons,
    quotas: [],
    ...(isObject(headers) ? { headers: headersIn(headers) } : {}),
    ...('flagged_input' in metadata ? { flagged: true } : {}),
    ...(isObject(inner) || Array.isArray(inner) ? { inner } : {}),
  }
}

const headersIn = (headers: Json): HeadersLike => {
  const values = new Map(
    Object.entries(headers)
      .slice(0, MOST_ENTRIES)
      .map(([name, value]) => [name.toLowerCase(), asText(value)]),
  )
  return { get: (name) => values.get(name) }
}

const asText = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
