import type { TaggedTest } from './find-tags.ts'

/** A page of promises with the tests that prove them. */
export interface ProofPage {
  /** What a promise is called, in tags and in the table. */
  readonly word: TaggedTest['word']
  /** The page, and the list it is made from. */
  readonly page: string
  readonly list: string
  /** What holds, by slug and group. */
  readonly promises: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly columns: readonly ProofColumn[]
}

/** One column of proofs. */
export interface ProofColumn {
  readonly title: string
  /** Whether a test that carries the tag stands in this column. */
  readonly takes: (test: TaggedTest) => boolean
  /** What stands in the place of a test or beside it: the path of a decision, or the reason in words. */
  readonly reasons: Readonly<Record<string, string>>
  /** Promises that are still without proof. */
  readonly open?: readonly string[]
}

/** What is wrong with the tags: a promise without a proof, a tag without a promise, a test without a column. */
export const problemsOf = ({ word, list, promises, columns }: ProofPage, tests: readonly TaggedTest[]): string[] => {
  const tagged = tests.filter((test) => test.word === word)
  const known = new Set(Object.values(promises).flatMap((group) => Object.keys(group)))
  const named = [
    ...tagged.map(({ slug }) => slug),
    ...columns.flatMap(({ reasons, open = [] }) => [...Object.keys(reasons), ...open]),
  ]
  const where = (title: string): string => (columns.length > 1 ? ` for ${title}` : '')
  return [
    ...columns.flatMap((column) => {
      const { title, reasons, open = [] } = column
      const proved = new Set([...tagged.filter(column.takes).map(({ slug }) => slug), ...Object.keys(reasons)])
      return [
        ...[...known]
          .filter((slug) => !proved.has(slug) && !open.includes(slug))
          .map((slug) => `${slug} has no test and no reason${where(title)}.`),
        ...open.filter((slug) => proved.has(slug)).map((slug) => `${slug} is no longer open${where(title)}.`),
      ]
    }),
    ...[...new Set(named)].filter((slug) => !known.has(slug)).map((slug) => `${slug} is no ${word} of ${list}.`),
    ...tagged
      .filter((test) => !columns.some((column) => column.takes(test)))
      .map(({ slug, path }) => `${path}: "${word}: ${slug}" does not say which column it proves.`),
  ]
}

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll(/[<>]/g, (c) => (c === '<' ? '&lt;' : '&gt;'))

const link = ({ name, path, fails }: TaggedTest): string =>
  `[${cell(name).replaceAll(/[[\]]/g, String.raw`\$&`)}](../../${path})${fails ? ' (known to fail)' : ''}`

const reasonText = (reason: string): string =>
  reason.startsWith('docs/decisions/') ? `[decision ${/\d+/.exec(reason)?.[0] ?? ''}](../../${reason})` : cell(reason)

/** One table a group: what holds, and what proves it. */
export const proofTables = ({ word, promises, columns }: ProofPage, tests: readonly TaggedTest[]): string => {
  const tagged = tests.filter((test) => test.word === word)
  const proofs = (slug: string, { takes, reasons, open = [] }: ProofColumn): string => {
    const reason = reasons[slug]
    return [
      ...tagged.filter((test) => test.slug === slug && takes(test)).map(link),
      ...(reason === undefined ? [] : [reasonText(reason)]),
      ...(open.includes(slug) ? ['not yet'] : []),
    ].join('<br>')
  }
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return Object.entries(promises)
    .map(([group, held]) =>
      [
        `## ${group}`,
        '',
        row([word, 'what holds here', ...columns.map(({ title }) => title)]),
        row(['---', '---', ...columns.map(() => '---')]),
        ...Object.entries(held).map(([slug, promise]) =>
          row([`\`${slug}\``, cell(promise), ...columns.map((column) => proofs(slug, column))]),
        ),
      ].join('\n'),
    )
    .join('\n\n')
}
