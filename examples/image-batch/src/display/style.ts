import { styleText } from 'node:util'
import stringWidth from 'string-width'

type Paint = (text: string) => string

/** The few colours of the display: all of them can be read on light and on dark backgrounds. */
export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly warn: Paint
  readonly bad: Paint
  readonly accent: Paint
}

type Format = Parameters<typeof styleText>[0]

const paint =
  (format: Format): Paint =>
  (text) =>
    text === '' ? '' : styleText(format, text, { validateStream: false })
const leave: Paint = (text) => text

export const COLOURS: Style = {
  bold: paint('bold'),
  dim: paint('dim'),
  good: paint('green'),
  warn: paint('yellow'),
  bad: paint('red'),
  accent: paint('cyan'),
}

export const NO_COLOURS: Style = { bold: leave, dim: leave, good: leave, warn: leave, bad: leave, accent: leave }

/** Fills up with spaces to a width in terminal columns. */
export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)))

/** The same on the left. */
export const padStart = (text: string, width: number): string =>
  ' '.repeat(Math.max(0, width - stringWidth(text))) + text

const graphemes = new Intl.Segmenter()

/** Cuts plain text to a width in terminal columns, without what would move the cursor or turn the line around. */
export function fit(text: string, width: number): string {
  const clean = text.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
  if (stringWidth(clean) <= width) return clean
  let cut = ''
  let used = 1
  for (const { segment } of graphemes.segment(clean)) {
    used += stringWidth(segment)
    if (used > width) break
    cut += segment
  }
  return width > 0 ? `${cut.trimEnd()}…` : ''
}
