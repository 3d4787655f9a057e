import { describe, expect, test } from 'vitest'
import { brokenLinks } from './links.ts'
import { findSnippets } from './snippets.ts'

describe('finding examples', () => {
  test('a Markdown block keeps its code, its line and what it must print', () => {
    const page = '# A\n\n```ts\nconst x = 1\nconsole.log(x) // => 1\n```\n\n```json\n{}\n```\n'
    const code = 'const x = 1\nconsole.log(x) // => 1\n'
    expect(findSnippets('a.md', page)).toEqual([{ code, line: 4, run: true, expected: ['1'] }])
  })

  test('an indented block loses its indent and ends at its own fence', () => {
    const page = '- item\n\n  ```ts no-run\n  if (a) {\n    b()\n  }\n  ```\n'
    expect(findSnippets('a.md', page)).toMatchObject([{ code: 'if (a) {\n  b()\n}\n', run: false }])
  })

  test('a doc comment loses its stars', () => {
    const source = 'const a = 1\n/**\n * Says.\n *\n * ```ts\n * f({\n *   a: 1,\n * })\n *\n * g()\n * ```\n */\n'
    expect(findSnippets('a.ts', source)).toMatchObject([{ code: 'f({\n  a: 1,\n})\n\ng()\n', line: 6 }])
  })

  test('two equal blocks are two examples', () => {
    expect(findSnippets('a.md', '```ts\na()\n```\n```ts\na()\n```\n').map(({ line }) => line)).toEqual([2, 5])
  })
})

describe('following links', () => {
  const files: Record<string, string> = { 'b.md': '# What is `it`?\n\n## Twice\n\n## Twice\n', 'c.ts': '' }
  const broken = (text: string): string[] => brokenLinks(`# Top\n\n${text}\n`, (path) => files[path])

  test('a file, a heading, a repeated heading and another site are fine', () => {
    expect(
      broken('[b](b.md) [c](c.ts) [d](b.md#what-is-it) [e](b.md#twice-1) [f](#top) [g](https://x.invalid/y)'),
    ).toEqual([])
  })

  test('a missing file and a missing heading are reported', () => {
    expect(broken('[a](a.md) [b](b.md#nowhere) ![c](c.png)')).toEqual(['a.md', 'b.md#nowhere', 'c.png'])
  })

  test('what stands in code is no link', () => {
    expect(broken('`[a](a.md)`\n\n```ts\nlist[0](x)\n```')).toEqual([])
  })
})
