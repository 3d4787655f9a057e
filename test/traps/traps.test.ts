import { describe, expect, test } from 'vitest'
import { findTags } from '../../scripts/trap-table/find-tags.ts'
import { problemsOf, trapTables } from '../../scripts/trap-table/table.ts'
import { taggedTests } from '../../scripts/trap-table.ts'
import { DECIDED, TRAPS } from './traps.ts'

test('every trap has a test or a decision, and every tag is a trap', () => {
  expect(problemsOf(TRAPS, DECIDED, taggedTests())).toEqual([])
})

describe('a tag', () => {
  const found = (...lines: string[]): string[] =>
    findTags('a.test.ts', lines.join('\n')).map(({ slug, name, fails }) => `${slug}: ${name}${fails ? ' (fails)' : ''}`)

  test('belongs to the test below it, whatever its form', () => {
    expect(found('// trap: a', "test('one', () => {", "  other()('two', 1)", '})')).toEqual(['a: one'])
    expect(found('// trap: a', 'test.each([', "  [1, 'x'],", "])('it\\'s %s', () => {})")).toEqual(["a: it's %s"])
    expect(found('// trap: a', 'property.prop([fc.nat()], {', '  numRuns: 5,', '})(', '  "one", () => {}')).toEqual([
      'a: one',
    ])
    expect(found('// trap: a', '// Fails: why.', "test.fails('one', () => {})")).toEqual(['a: one (fails)'])
  })

  test('says the groups around its test', () => {
    const nested = ["describe('x', () => {", "  describe('y', () => {", '  })', "  describe('z', () => {"]
    expect(found(...nested, '    // trap: a', '    // trap: b', "    test('one', () => {})")).toEqual([
      'a: x › z › one',
      'b: x › z › one',
    ])
  })

  test('above no test is an error', () => {
    expect(() => found('', '// trap: a', 'const x = 1')).toThrow('a.test.ts:2: "trap: a" stands above no test.')
  })
})

describe('the tables', () => {
  const traps = { Group: { a: 'Holds.', b: 'Holds | too.' } }
  const proof = { slug: 'a', name: 'x › [one] <T>', path: 'test/a.test.ts', fails: false }

  test('link each trap to what proves it', () => {
    const lines = trapTables(traps, { b: 'docs/decisions/0007-why.md' }, [proof, { ...proof, fails: true }]).split('\n')
    expect(lines.slice(4)).toEqual([
      String.raw`| ${'`a`'} | Holds. | [x › \[one\] &lt;T&gt;](../../test/a.test.ts)<br>[x › \[one\] &lt;T&gt;](../../test/a.test.ts) (known to fail) |`,
      String.raw`| ${'`b`'} | Holds \| too. | [decision 0007](../../docs/decisions/0007-why.md) |`,
    ])
  })

  test('leave no trap without a proof and no tag without a trap', () => {
    expect(problemsOf(traps, {}, [proof, { ...proof, slug: 'c' }])).toEqual([
      'b has no test and no decision.',
      'c is no trap of test/traps/traps.ts.',
    ])
  })
})
