import { describe, expect, test } from 'vitest'
import { findTags, type TaggedTest } from '../../scripts/trap-table/find-tags.ts'
import { PROOF_PAGES } from '../../scripts/trap-table/pages.ts'
import { problemsOf, proofTables, type ProofColumn, type ProofPage } from '../../scripts/trap-table/table.ts'
import { taggedTests } from '../../scripts/trap-table.ts'

test.for(PROOF_PAGES)('every $word has a test or a reason, and every tag is on the list', (page) => {
  expect(problemsOf(page, taggedTests())).toEqual([])
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

  test('says its kind and what it is about', () => {
    const text = "// trap: a\n// hard case: b (openai, gemini)\ntest('one', () => {})"
    expect(findTags('a.test.ts', text).map(({ word, slug, about }) => [word, slug, about])).toEqual([
      ['trap', 'a', undefined],
      ['hard case', 'b', 'openai, gemini'],
    ])
  })

  test('above no test is an error', () => {
    expect(() => found('', '// trap: a', 'const x = 1')).toThrow('a.test.ts:2: "trap: a" stands above no test.')
  })
})

describe('the tables', () => {
  const page: ProofPage = {
    word: 'trap',
    page: 'docs/x.md',
    list: 'test/x.ts',
    promises: { Group: { a: 'Holds.', b: 'Holds | too.' } },
    columns: [{ title: 'proved by', takes: () => true, reasons: {} }],
  }
  const proof: TaggedTest = {
    word: 'trap',
    slug: 'a',
    about: undefined,
    name: 'x › [one] <T>',
    path: 'test/a.test.ts',
    fails: false,
  }
  const inColumn = (fields: Partial<ProofColumn>): ProofPage => ({
    ...page,
    columns: [{ title: 'proved by', takes: () => true, reasons: {}, ...fields }],
  })

  test('link each promise to what proves it', () => {
    const decided = inColumn({ reasons: { b: 'docs/decisions/0007-why.md' } })
    const lines = proofTables(decided, [proof, { ...proof, fails: true }]).split('\n')
    expect(lines.slice(4)).toEqual([
      String.raw`| ${'`a`'} | Holds. | [x › \[one\] &lt;T&gt;](../../test/a.test.ts)<br>[x › \[one\] &lt;T&gt;](../../test/a.test.ts) (known to fail) |`,
      String.raw`| ${'`b`'} | Holds \| too. | [decision 0007](../../docs/decisions/0007-why.md) |`,
    ])
  })

  test('give a reason in words, and say what is open', () => {
    const lines = proofTables(inColumn({ reasons: { a: 'It cannot happen.' }, open: ['b'] }), []).split('\n')
    expect(lines.slice(4)).toEqual([
      '| `a` | Holds. | It cannot happen. |',
      String.raw`| ${'`b`'} | Holds \| too. | not yet |`,
    ])
  })

  test('leave no promise without a proof, no tag without a promise, and nothing open that is proved', () => {
    expect(problemsOf(page, [proof, { ...proof, slug: 'c' }])).toEqual([
      'b has no test and no reason.',
      'c is no trap of test/x.ts.',
    ])
    expect(problemsOf(inColumn({ open: ['a', 'b'] }), [proof])).toEqual(['a is no longer open.'])
  })

  test('ask for a proof in each column, and for the column of each test', () => {
    const columns = ['one', 'two'].map((title) => ({
      title,
      takes: ({ about }: TaggedTest) => about?.includes(title) === true,
      reasons: {},
    }))
    const both = { ...page, promises: { Group: { a: 'Holds.' } }, columns }
    expect(problemsOf(both, [{ ...proof, about: 'one, two' }])).toEqual([])
    expect(problemsOf(both, [{ ...proof, about: 'one' }, proof])).toEqual([
      'a has no test and no reason for two.',
      'test/a.test.ts: "trap: a" does not say which column it proves.',
    ])
    expect(problemsOf(both, [{ ...proof, word: 'hard case', about: 'one' }])).toEqual([
      'a has no test and no reason for one.',
      'a has no test and no reason for two.',
    ])
  })
})
