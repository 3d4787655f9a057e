/** The word that was probably meant: half of its letters at most are wrong, or left out at its end. */
export const nearestWord = (word: string, words: readonly string[]): string | undefined => {
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
