import { expect, it } from 'vitest'
import { optionsTable } from '../../scripts/doc-tables/tables.ts'

// An option written as a method had no row of its own, and its text stood beside the next option's name.
it('gives an option that is a method a row of its own', () => {
  const text = `export interface Options<E> {
  /** Which. @default every one */
  mayServe?(endpoint: E, next: (n: number) => void): boolean
  /** How much: \`{ cost: 1 }\`. */
  readonly maxCost: number
}
`
  expect(
    optionsTable([{ path: 'options.ts', text }], 'Options')
      .split('\n')
      .slice(2),
  ).toEqual([
    '| `mayServe` | `(endpoint: E, next: (n: number) => void) => boolean` | every one | Which. |',
    '| `maxCost` | `number` | required | How much: `{ cost: 1 }`. |',
  ])
})
