/** Looks at a value that may be anything, and says what is wrong with it, with its path. */
export type Check = (value: unknown, path: string, problems: string[]) => void

/** What to show of a wrong value. Texts may be keys or prompts, so their content is not shown. */
function got(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (Array.isArray(value)) return 'a list'
  return value === undefined ? 'nothing' : `a ${typeof value === 'string' ? 'text' : typeof value}`
}

const say = (problems: string[], path: string, problem: string): void => {
  problems.push(path === '' ? problem : `${path}: ${problem}`)
}

/** A number; `above` is an open lower end. */
export function number(limits: {
  readonly min?: number
  readonly max?: number
  readonly above?: number
  readonly whole?: boolean
}): Check {
  const { min = -Infinity, max = Infinity, above = -Infinity, whole = false } = limits
  const range = [
    limits.min !== undefined && `≥ ${limits.min}`,
    limits.above !== undefined && `> ${limits.above}`,
    limits.max !== undefined && `≤ ${limits.max}`,
  ].filter((part) => part !== false)
  return (value, path, problems) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) say(problems, path, `must be a number, got ${got(value)}`)
    else if (value < min || value > max || value <= above)
      say(problems, path, `must be ${range.join(' and ')}, got ${value}`)
    else if (whole && !Number.isInteger(value)) say(problems, path, `must be a whole number, got ${value}`)
  }
}

export const text: Check = (value, path, problems) => {
  if (typeof value !== 'string') say(problems, path, `must be a text, got ${got(value)}`)
}

export const flag: Check = (value, path, problems) => {
  if (typeof value !== 'boolean') say(problems, path, `must be true or false, got ${got(value)}`)
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): Check {
  return (value, path, problems) => {
    if (typeof value === 'string' && words.includes(value)) return
    // A word that is no secret may be shown: it stands where one of ours should.
    const shown = typeof value === 'string' ? `"${value.slice(0, 40)}"` : got(value)
    say(problems, path, `must be one of ${words.join(', ')}, got ${shown}`)
  }
}

export function list(each: Check): Check {
  return (value, path, problems) => {
    if (!Array.isArray(value)) return say(problems, path, `must be a list, got ${got(value)}`)
    for (const [index, item] of value.entries()) each(item, `${path}[${index}]`, problems)
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An object with names of the user's choice. */
export function record(each: Check, name?: { readonly pattern: RegExp; readonly rule: string }): Check {
  return (value, path, problems) => {
    if (!isRecord(value)) return say(problems, path, `must be an object, got ${got(value)}`)
    for (const [key, item] of Object.entries(value)) {
      if (name !== undefined && !name.pattern.test(key)) say(problems, `${path}.${key}`, name.rule)
      each(item, path === '' ? key : `${path}.${key}`, problems)
    }
  }
}

/** An object with these settings and no others. Those not in `required` may be missing. */
export function object(checks: Readonly<Record<string, Check>>, required: readonly string[] = []): Check {
  return (value, path, problems) => {
    if (!isRecord(value)) return say(problems, path, `must be an object, got ${got(value)}`)
    const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
    for (const key of required) if (value[key] === undefined) say(problems, at(key), 'is missing')
    for (const [key, item] of Object.entries(value)) {
      if (item === undefined) continue
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined
      if (check === undefined)
        say(problems, at(key), `is not a setting here; known are ${Object.keys(checks).join(', ')}`)
      else check(item, at(key), problems)
    }
  }
}

/** Several checks of one value; the later ones only see what the first found right. */
export function all(first: Check, ...others: readonly Check[]): Check {
  return (value, path, problems) => {
    const before = problems.length
    first(value, path, problems)
    if (problems.length === before) for (const other of others) other(value, path, problems)
  }
}
