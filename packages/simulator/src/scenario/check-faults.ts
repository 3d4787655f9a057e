import type { FaultParameters } from '../faults/fault.ts'
import { FAULTS, type FaultName } from '../faults/table.ts'
import { type Check, isRecord, list, number, object, oneOf, record, text } from './checks.ts'
import { ERROR_NAMES } from '../protocols/error-name.ts'

const TIME = number({ min: 0 })

const headerValue: Check = (value, path, problems) => {
  if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    problems.push(`${path}: must be a text of one line that fits a header`)
  }
}

const PARAMETERS: Readonly<Record<keyof FaultParameters, Check>> = {
  afterMs: TIME,
  retryAfterMs: TIME,
  afterChunks: number({ min: 0, whole: true }),
  everyMs: number({ above: 0 }),
  bytes: number({ min: 1, whole: true }),
  reason: text,
  error: oneOf(...ERROR_NAMES),
  status: number({ min: 200, max: 599, whole: true }),
  headers: record(headerValue, {
    pattern: /^[\w!#$%&'*+.^`|~-]+$/,
    rule: 'must be a header name: letters, digits and "-"',
  }),
}

const isFault = (name: unknown): name is FaultName => typeof name === 'string' && Object.hasOwn(FAULTS, name)

/** A fault with the parameters it reads, and further settings by where it stands. */
function fault(extra: Readonly<Record<string, Check>>, answerOnly: Readonly<Record<string, Check>>): Check {
  const names = [...(Object.keys(answerOnly).length > 0 ? ['none'] : []), ...Object.keys(FAULTS)]
  return (value, path, problems) => {
    const name = isRecord(value) ? value['fault'] : undefined
    const kind = isFault(name) ? FAULTS[name] : undefined
    const settings: Record<string, Check> = { fault: oneOf(...names), ...extra }
    for (const parameter of kind?.parameters ?? []) settings[parameter] = PARAMETERS[parameter]
    if (kind?.stage !== 'refusal') Object.assign(settings, answerOnly)
    // An unknown fault is the one thing to say; which parameters it would take, nobody knows.
    if (kind === undefined && name !== 'none') Object.assign(settings, PARAMETERS)
    object(settings, ['fault'])(value, path, problems)
  }
}

export const faultRules: Check = list(
  fault({ ratio: number({ min: 0, max: 1 }), atMs: TIME, durationMs: number({ above: 0 }) }, {}),
)

export const scriptedReplies: Check = list(fault({ times: number({ min: 1, whole: true }) }, { serviceMs: TIME, text }))
