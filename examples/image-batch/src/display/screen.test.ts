import { expect, test } from 'vitest'
import { bar } from './bar.ts'
import { isLive, plainScreen } from './screen.ts'
import { NO_COLOURS } from './style.ts'
import { wrapped } from './words.ts'

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { CI: 'true' }, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
])('a terminal: %s with %j is live: %s', (isTTY, env, live) => {
  expect(isLive({ isTTY }, env)).toBe(live)
})

test('a plain screen writes lines and no escape sequence', () => {
  let written = ''
  const screen = plainScreen((text) => (written += text))
  screen.print(screen.style.good('made'))
  screen.draw(['frame'])
  screen.leave()
  expect(written).toBe('made\n')
})

test('a sentence is broken at spaces, and a word that is too long stays whole', () => {
  expect(wrapped('one two three a-very-long-word', 8)).toEqual(['one two', 'three', 'a-very-long-word'])
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
})
