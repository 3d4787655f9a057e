import { ok, problem, warning, type Finding } from './finding.ts'

/** Whose key it should be; a `relay` makes keys of its own. */
export type KeyOwner = 'gemini' | 'openai' | 'relay'

/** What stands in examples. */
const PLACEHOLDER =
  /^(?:<.*>|\[.*\]|\$\{.*\}|your\b.*|.*(?:your|my)[-_ ]?(?:api[-_ ]?)?key.*|.*(?:changeme|placeholder|x{6,}|\.\.\.|…).*|none|null|undefined|test|todo)$/i

/** Whether it was copied out of an example. */
export const isPlaceholder = (key: string): boolean => PLACEHOLDER.test(key)

/** Shorter than any key that is worth having. */
const SHORTEST_KEY = 16

const BEGINNINGS = {
  gemini: { own: /^(?:AIza[\w-]{35}$|AQ\.)/, whose: 'Google' },
  openai: { own: /^sk-/, whose: 'OpenAI' },
} as const

/** Looks at a key without using it. Tells its length and nothing else of it. */
export function checkKey(variable: string, value: string | undefined, owner: KeyOwner): Finding {
  const key = value?.trim() ?? ''
  const set = `Set it: export ${variable}=…`
  if (key === '') return problem('key', variable, 'is not set', set)
  const oddity = [
    [/["'`]/, 'has quotes in it', 'Leave them out: a file of variables may take them literally.'],
    [/\s/, 'has white space in it', 'Copy it again: two keys, or a line break, may have come along.'],
    [/[^\x21-\x7e]/, 'has letters beyond ASCII in it', 'Copy it again, from the place where it was made.'],
  ] as const
  for (const [pattern, found, todo] of oddity) if (pattern.test(key)) return problem('key', variable, found, todo)
  if (isPlaceholder(key)) return problem('key', variable, 'holds a placeholder instead of a key', set)
  if (owner !== 'relay') {
    const other = owner === 'gemini' ? 'openai' : 'gemini'
    if (BEGINNINGS[other].own.test(key))
      return problem('key', variable, `looks like a key of ${BEGINNINGS[other].whose}`, 'Put it where it belongs.')
    if (!BEGINNINGS[owner].own.test(key))
      return warning('key', variable, `does not look like a key of ${BEGINNINGS[owner].whose}`, 'Try it: --online.')
  }
  if (key.length < SHORTEST_KEY)
    return warning('key', variable, `is short: ${key.length} characters`, 'Look whether all of it was copied.')
  if (key !== value)
    return warning(
      'key',
      variable,
      `is set, ${key.length} characters, with a line break or spaces around them`,
      'Set it without: this program leaves them out, others send them along and are refused.',
    )
  return ok('key', variable, `is set, ${key.length} characters`)
}
