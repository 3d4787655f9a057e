import type { Answered } from '../probe/ask.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

/** What the list of models has shown of a key, and of the model that is going to be asked for. */
export function checkAccess(endpoint: string, { verdict, status, json }: Answered, model: string): Finding {
  const { kind, code } = verdict
  const http = status === undefined ? '' : ` (HTTP ${status})`
  if (kind === 'success') {
    const names = modelNames(json)
    if (names === undefined)
      return warning('access', endpoint, 'answers, and not with a list of models', 'Is the path of its address right?')
    if (names.length === 0 || names.includes(model)) return ok('access', endpoint, 'the key is accepted')
    return warning(
      'access',
      endpoint,
      `the key is accepted, and ${model} is not among its ${names.length} models`,
      'Name another with --model.',
    )
  }
  if (status !== undefined && status >= 300 && status < 400)
    return problem(
      'access',
      endpoint,
      `sends elsewhere${http}, where no key goes`,
      'Write down the address it has moved to.',
    )
  if (status === 404 || status === 405)
    return warning(
      'access',
      endpoint,
      `has no list of models${http}`,
      'The key could not be tried. Is the path of its address right?',
    )
  if (kind === 'endpoint_failed' || status === 401 || status === 403 || /API_KEY/i.test(code ?? ''))
    return problem(
      'access',
      endpoint,
      `the key is not accepted${http}`,
      'Make a new one, or look whose it is and what it may do.',
    )
  if (kind === 'quota_exhausted')
    return problem(
      'access',
      endpoint,
      `the key is accepted and has nothing left${http}`,
      'Look at the account’s balance and quotas.',
    )
  if (kind === 'overloaded' || kind === 'throttled')
    return warning(
      'access',
      endpoint,
      `is ${kind === 'overloaded' ? 'overloaded' : 'asked too often'}${http}`,
      'Try again later.',
    )
  return warning(
    'access',
    endpoint,
    `could not be asked${http}${code === undefined ? '' : `: ${code}`}`,
    'Try again later.',
  )
}

/** The names in a list of models, of OpenAI's form or of Gemini's. */
function modelNames(json: unknown): readonly string[] | undefined {
  const { data, models } = (json ?? {}) as { readonly data?: unknown; readonly models?: unknown }
  const list = Array.isArray(data) ? data : models
  if (!Array.isArray(list)) return undefined
  return list.flatMap((each: { readonly id?: unknown; readonly name?: unknown } | null) => {
    const name = each?.id ?? each?.name
    return typeof name === 'string' ? name.replace(/^models\//, '') : []
  })
}
