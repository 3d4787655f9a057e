import { InvalidOptionsError } from '@spillway/core'

/**
 * Refuses options that nobody reads, and says which one was probably meant.
 *
 * @param elsewhere what other libraries call them
 */
export const checkKnownOptions = (
  owner: string,
  options: object,
  known: readonly string[],
  elsewhere: Readonly<Record<string, string>> = {},
): void => {
  if (typeof options !== 'object' || options === null) throw new InvalidOptionsError(owner, options, 'an object')
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const near = Object.hasOwn(elsewhere, key) ? elsewhere[key] : nearest(key, known)
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`
    throw new InvalidOptionsError(`${owner}.${key}`, key, `one of ${known.join(', ')}${hint}`)
  }
}

/** The word that is closest, where one is close: half of its letters at most are wrong. */
const nearest = (word: string, words: readonly string[]): string | undefined => {
  const lower = word.toLowerCase()
  const ranked = words
    .map((each) => ({ each, away: distance(lower, each.toLowerCase()) }))
    .filter(({ each, away }) => away * 2 <= each.length || each.toLowerCase().startsWith(lower))
    .toSorted((a, b) => a.away - b.away)
  return ranked[0]?.each
}

/** How many letters must be added, dropped or changed (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
