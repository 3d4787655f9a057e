import { describe, expect, it, test } from 'vitest'
import { bar } from './bar.ts'
import { createPace } from './pace.ts'
import { isLive, liveScreen, plainScreen } from './screen.ts'
import { COLOURS, NO_COLOURS, styleFor } from './style.ts'
import { fit, padEnd } from './width.ts'

/** A terminal that keeps what a person would see. */
const terminal = (columns: number) => {
  const rows: string[] = ['']
  let y = 0
  let x = 0
  let cursor = true
  const put = (text: string): void => {
    for (const sign of text) {
      if (x === self.columns) [x, y] = [0, y + 1]
      rows[y] = (rows[y] ?? '').padEnd(x).slice(0, x) + sign
      x += 1
    }
  }
  const self = {
    columns,
    rows: 20,
    write(text: string): boolean {
      for (const [, control = '', plain = ''] of text.matchAll(/(\p{Cc}\[[?\d;]*[A-Za-z]|\p{Cc})|(\P{Cc}+)/gu)) {
        const moved = /\[(\d+)A$/.exec(control)
        if (control === '\r') x = 0
        else if (control === '\n') [x, y] = [0, y + 1]
        else if (moved !== null) y -= Number(moved[1])
        else if (control === '\u001b[0J') rows.splice(y, rows.length, (rows[y] ?? '').slice(0, x))
        else if (control.includes('?25')) cursor = control.endsWith('h')
        put(plain)
      }
      return true
    },
    seen: (): string[] => rows.slice(0, y + 1),
    cursor: (): boolean => cursor,
  }
  return self
}

describe('a live screen', () => {
  it('replaces what it drew, prints above it, and leaves nothing behind but its lines', () => {
    const tty = terminal(20)
    const screen = liveScreen(tty)
    screen.draw(['one', 'two'])
    screen.print('news')
    screen.draw(['one', 'three', 'four'])
    expect(tty.seen()).toEqual(['news', 'one', 'three', 'four'])
    expect(tty.cursor()).toBe(false)
    screen.leave()
    screen.leave()
    screen.print('done')
    expect(tty.seen()).toEqual(['news', 'done'])
    expect(tty.cursor()).toBe(true)
  })

  it('writes nothing where nothing has changed', () => {
    let written = 0
    const screen = liveScreen({ columns: 20, rows: 20, write: () => (written += 1) > 0 })
    screen.draw(['one'])
    screen.draw(['one'])
    expect(written).toBe(1)
  })

  it('finds its beginning again when the terminal has become narrower', () => {
    const tty = terminal(5)
    const wide = liveScreen(tty)
    // Drawn when there were twenty columns; the terminal has broken the line since.
    wide.draw(['0123456789ab', 'x'])
    expect(tty.seen()).toEqual(['01234', '56789', 'ab', 'x'])
    wide.draw(['short'])
    expect(tty.seen()).toEqual(['short'])
  })
})

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { CI: 'true' }, false],
  [true, { TERM: 'dumb' }, false],
])('a terminal: %s with %j is live: %s', (isTTY, env, live) => {
  expect(isLive({ isTTY }, env)).toBe(live)
})

test.each([
  [true, {}, undefined, true],
  [false, {}, undefined, false],
  [true, { NO_COLOR: '1' }, undefined, false],
  [true, { NO_COLOR: '' }, undefined, true],
  [false, { FORCE_COLOR: '1' }, undefined, true],
  [true, { FORCE_COLOR: '0' }, undefined, false],
  [false, { NO_COLOR: '1', FORCE_COLOR: '1' }, undefined, false],
  [true, { FORCE_COLOR: '1' }, false, false],
  [true, { TERM: 'dumb' }, undefined, false],
])('a terminal: %s with %j and --color %s is painted: %s', (isTTY, env, color, painted) => {
  expect(styleFor({ isTTY }, env, color)).toBe(painted ? COLOURS : NO_COLOURS)
})

test('a plain screen writes lines and no escape sequence', () => {
  let written = ''
  const screen = plainScreen((text) => (written += text))
  screen.print('made')
  screen.draw(['frame'])
  screen.leave()
  expect(written).toBe('made\n')
})

test('a bar shows even the smallest part, and never more than its width', () => {
  const parts = (made: number, failed: number) =>
    [
      { amount: made, paint: 'good', sign: '=' },
      { amount: failed, paint: 'bad', sign: 'x' },
    ] as const
  expect(bar(parts(40, 40), 80, 10, NO_COLOURS)).toBe('=====xxxxx')
  expect(bar(parts(1, 1), 1000, 10, NO_COLOURS)).toBe('=x────────')
  expect(bar(parts(80, 20), 80, 10, NO_COLOURS)).toBe('==========')
  expect(bar(parts(0, 0), 0, 10, NO_COLOURS)).toBe('──────────')
})

test('text is cut between letters, by the columns that it takes', () => {
  expect([fit('苍鹭苍鹭', 5), fit('👩‍🎨👩‍🎨', 3), fit('heron', 5), fit('herons', 5), fit('x', 0)]).toEqual([
    '苍鹭…',
    '👩‍🎨…',
    'heron',
    'hero…',
    '',
  ])
  expect(padEnd('苍', 4)).toBe('苍  ')
})

test('a pace is unknown until five pictures and a minute say something, and after ten minutes without one', () => {
  const pace = createPace(0)
  for (let i = 1; i <= 4; i++) pace.made(i * 1000)
  expect(pace.perMinute(70_000)).toBeUndefined()
  pace.made(5000)
  expect(pace.perMinute(50_000)).toBeUndefined()
  expect(pace.perMinute(60_000)).toBe(5)
  expect(pace.perMinute(300_000)).toBe(1)
  expect(pace.perMinute(700_000)).toBeUndefined()
})
