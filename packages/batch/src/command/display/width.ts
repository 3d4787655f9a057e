import stringWidth from 'string-width'
import { printable } from '../printable.ts'

/** How many columns of a terminal a text takes: two for an ideogram or an emoji, none for a colour. */
export const widthOf = (text: string): number => stringWidth(text)

/** Fills up with spaces to a width in columns. */
export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)))

const graphemes = new Intl.Segmenter()

/** Text from outside, cut to a width in columns between two letters, with nothing in it that a terminal would obey. */
export function fit(text: string, width: number): string {
  const clean = printable(text)
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

/** As many of the parts, from the first, as there is room for. */
export function whatFits(parts: readonly string[], width: number, separator: string): string {
  let line = ''
  for (const part of parts) {
    const longer = line === '' ? part : line + separator + part
    if (stringWidth(longer) > width) return line
    line = longer
  }
  return line
}
