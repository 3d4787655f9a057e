import type { TaggedTest } from './find-tags.ts'

type Traps = Readonly<Record<string, Readonly<Record<string, string>>>>
type Decided = Readonly<Record<string, string>>

/** What is wrong with the tags: a trap without a proof, or a tag of no trap. */
export const problemsOf = (traps: Traps, decided: Decided, tests: readonly TaggedTest[]): string[] => {
  const known = new Set(Object.values(traps).flatMap((group) => Object.keys(group)))
  const proved = new Set([...tests.map(({ slug }) => slug), ...Object.keys(decided)])
  return [
    ...[...known].filter((slug) => !proved.has(slug)).map((slug) => `${slug} has no test and no decision.`),
    ...[...proved].filter((slug) => !known.has(slug)).map((slug) => `${slug} is no trap of test/traps/traps.ts.`),
  ]
}

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll(/[<>]/g, (c) => (c === '<' ? '&lt;' : '&gt;'))

const link = ({ name, path, fails }: TaggedTest): string =>
  `[${cell(name).replaceAll(/[[\]]/g, String.raw`\$&`)}](../../${path})${fails ? ' (known to fail)' : ''}`

/** One table a group: what holds, and what proves it. */
export const trapTables = (traps: Traps, decided: Decided, tests: readonly TaggedTest[]): string =>
  Object.entries(traps)
    .map(([group, promises]) => {
      const rows = Object.entries(promises).map(([slug, promise]) => {
        const proofs = tests.filter((test) => test.slug === slug).map(link)
        const decision = decided[slug]
        if (decision !== undefined) proofs.push(`[decision ${/\d+/.exec(decision)?.[0] ?? ''}](../../${decision})`)
        return `| \`${slug}\` | ${cell(promise)} | ${proofs.join('<br>')} |`
      })
      return [`## ${group}`, '', '| trap | what holds here | proved by |', '| --- | --- | --- |', ...rows].join('\n')
    })
    .join('\n\n')
