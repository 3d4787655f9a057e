// Every ```ts block of the Markdown files and of the doc comments is type-checked and run as a module of its own.
// "console.log(x) // => 42" is an assertion; "```ts no-run" is only type-checked. Relative links must lead somewhere.
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { brokenLinks } from './docs/links.ts'
import { findSnippets } from './docs/snippets.ts'

const root = join(import.meta.dirname, '..')
const folder = join(import.meta.dirname, '.snippets')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md'], {
  cwd: root,
  exclude: (path) => path.includes('node_modules'),
}).toSorted()
const sources = globSync('packages/*/src/**/*.ts', {
  cwd: root,
  exclude: (path) => /\.(test|test-d|bench)\.ts$/.test(path),
})

const snippets = [...pages, ...sources.toSorted()].flatMap((path) =>
  findSnippets(path, readFileSync(join(root, path), 'utf8')).map((snippet) => {
    const module = join(folder, `${path.replaceAll(/\W+/g, '_')}_${snippet.line}.ts`)
    // the blank lines give the snippet the line numbers of its file, for messages of the compiler and stack traces
    writeFileSync(module, `${'\n'.repeat(snippet.line - 1)}${snippet.code}\nexport {}\n`)
    return { ...snippet, module, name: `${path}:${snippet.line}` }
  }),
)

test(`the ${snippets.length} examples in the documentation type-check`, () => {
  const config = {
    extends: '../../tsconfig.test.json',
    compilerOptions: { incremental: false, tsBuildInfoFile: null },
    include: ['*.ts'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  if (snippets.length === 0) return
  let output = ''
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' })
  } catch (error) {
    output = String((error as { stdout: unknown }).stdout)
  }
  expect(output).toBe('')
})

describe('the examples in the documentation run', () => {
  const runnable = snippets.filter((snippet) => snippet.run).map((snippet) => [snippet.name, snippet] as const)
  test.for(runnable)('%s', async ([, { module, expected }]) => {
    const printed: string[] = []
    vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      printed.push(
        values
          .map((value) => (typeof value === 'string' ? value : inspect(value, { breakLength: Infinity })))
          .join(' '),
      )
    })
    await import(/* @vite-ignore */ module)
    if (expected.length > 0) expect(printed).toEqual(expected)
  })
})

describe('relative links lead to a file and a heading', () => {
  test.for(pages)('%s', (path) => {
    const read = (target: string): string | undefined => {
      const full = join(root, dirname(path), target)
      if (!existsSync(full)) return undefined
      return full.endsWith('.md') ? readFileSync(full, 'utf8') : ''
    }
    expect(brokenLinks(readFileSync(join(root, path), 'utf8'), read)).toEqual([])
  })
})
