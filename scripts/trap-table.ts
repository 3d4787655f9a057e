// Writes the pages of promises and their proofs, docs/reference/traps.md and hard-cases.md, from the lists in test/ and
// the tags above tests: `// trap: <slug>`, `// hard case: <slug>`.
// `--check` writes nothing and fails where a page is out of date or a promise lacks its proof.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTags, type TaggedTest } from './trap-table/find-tags.ts'
import { PROOF_PAGES } from './trap-table/pages.ts'
import { problemsOf, proofTables } from './trap-table/table.ts'

const root = join(import.meta.dirname, '..')

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
  const problems = PROOF_PAGES.flatMap((page) => problemsOf(page, tests))
  for (const proofs of PROOF_PAGES) {
    const path = join(root, proofs.page)
    const old = readFileSync(path, 'utf8')
    const made = old.replace(
      /(<!-- proofs -->\n)[\s\S]*(<!-- end -->)/,
      (_, start: string, end: string) => `${start}\n${proofTables(proofs, tests)}\n\n${end}`,
    )
    if (words(made) === words(old)) continue
    if (process.argv.includes('--check')) problems.push(`${proofs.page} is out of date: run \`pnpm docs:tables\`.`)
    else writeFileSync(path, made)
  }
  for (const problem of problems) console.log(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
