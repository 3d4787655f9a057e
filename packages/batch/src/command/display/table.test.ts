import { describe, expect, test } from 'vitest'
import { COLOURS, NO_COLOURS } from './style.ts'
import { tableOf } from './table.ts'
import { widthOf } from './width.ts'

const HEADS = ['feed', 'says', 'about']

describe('a table', () => {
  test('has columns as wide as what is in them, ideograms and colours included', () => {
    const rows = [
      ['状态页', COLOURS.good('operational'), ''],
      ['a', COLOURS.bad('down'), 'All is lost'],
    ]
    const lines = tableOf(HEADS, rows, { style: NO_COLOURS })
    expect(lines).toEqual([
      'feed    says         about',
      `状态页  ${COLOURS.good('operational')}`,
      `a       ${COLOURS.bad('down')}         All is lost`,
    ])
  })

  test('is cut in its last column where a terminal is too narrow for it, and nowhere else', () => {
    const rows = [['openai', 'degraded', 'Elevated error rates for images that take very long']]
    const [, cut = ''] = tableOf(HEADS, rows, { style: NO_COLOURS, columns: 41 })
    expect([cut, widthOf(cut)]).toEqual(['openai  degraded  Elevated error rates f…', 41])
    expect(tableOf(HEADS, rows, { style: NO_COLOURS })[1]).toMatch(/very long$/)
    expect(tableOf(HEADS, rows, { style: NO_COLOURS, columns: 5 })[1]).toBe('openai  degraded')
  })

  test('says nothing to a terminal that somebody else wrote', () => {
    const rows = [['a', 'b', 'Slow\x1b]0;owned\x07 \x1b[31mred\nsecond\u202e']]
    expect(tableOf(HEADS, rows, { style: NO_COLOURS })[1]).toBe('a     b     Slow red second')
  })
})
