// Writes docs/reference/traps.md from test/traps/traps.ts and the tags above tests: `// trap: <slug>`.
// `--check` writes nothing and fails where the page is out of date or a trap lacks its test.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DECIDED, TRAPS } from '../test/traps/traps.ts'
import { findTags, type TaggedTest } from './trap-table/find-tags.ts'
import { problemsOf, trapTables } from './trap-table/table.ts'

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs/reference/traps.md')

/** Every test of the project that carries a tag. */
export const taggedTests = (): TaggedTest[] =>
  globSync(['packages/*/src/**/*.{test,test-d}.ts', 'examples/*/src/**/*.test.ts', 'test/**/*.test.ts'], {
    cwd: root,
    exclude: (path) => path.includes('node_modules') || path.includes('.snippets'),
  })
    .toSorted()
    .flatMap((path) => findTags(path, readFileSync(join(root, path), 'utf8')))

// The formatter aligns the columns of a table: only what it says counts.
const words = (text: string): string => text.replaceAll(/[ \-\n]+/g, ' ')

if (import.meta.main) {
  const tests = taggedTests()
  const problems = problemsOf(TRAPS, DECIDED, tests)
  const old = readFileSync(page, 'utf8')
  const made = old.replace(
    /(<!-- traps -->\n)[\s\S]*(<!-- end -->)/,
    (_, start: string, end: string) => `${start}\n${trapTables(TRAPS, DECIDED, tests)}\n\n${end}`,
  )
  if (words(made) !== words(old)) {
    if (process.argv.includes('--check'))
      problems.push('docs/reference/traps.md is out of date: run `pnpm docs:tables`.')
    else writeFileSync(page, made)
  }
  for (const problem of problems) console.log(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
