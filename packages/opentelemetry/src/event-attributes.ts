import type { SpillwayEvent } from '@spillway/core'
import { wordOf } from './error-type.ts'
import { ATTRIBUTE as A } from './semconv.ts'

/** What becomes of an event's field: a name, and for durations seconds. A field that is not here leaves the process nowhere. */
const FIELDS: Readonly<Record<string, readonly [name: string, as?: 'seconds' | 'word']>> = {
  policy: [A.policy],
  endpoint: [A.endpoint],
  attempt: [A.attempt],
  reason: [A.reason],
  why: [A.reason],
  phase: [A.reason],
  verdict: [A.outcome],
  from: [A.from],
  to: [A.to],
  state: [A.to],
  permits: [A.to],
  limitMs: [A.limit, 'seconds'],
  delayMs: [A.delay, 'seconds'],
  waitedMs: [A.delay, 'seconds'],
  silentMs: [A.delay, 'seconds'],
  ageMs: [A.delay, 'seconds'],
  openForMs: [A.delay, 'seconds'],
  ejectedMs: [A.delay, 'seconds'],
  pauseMs: [A.delay, 'seconds'],
  retryAfterMs: [A.retryAfter, 'seconds'],
  waiting: [A.queueLength],
  billed: [A.billed],
  errorName: [A.exceptionType, 'word'],
}

/** What a span event or a log says of an event: words and numbers of known meaning, seconds for milliseconds. */
export const attributesOf = (event: SpillwayEvent): Record<string, string | number> => {
  const attributes: Record<string, string | number> = {}
  for (const [field, value] of Object.entries(event)) {
    const known = FIELDS[field]
    if (known === undefined) continue
    const [name, as] = known
    const said = as === 'word' ? wordOf(String(value)) : value
    if (typeof said === 'number') attributes[name] = as === 'seconds' ? said / 1000 : said
    else if (typeof said === 'string') attributes[name] = said
  }
  return attributes
}
