import { styleText } from 'node:util'

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

const paint =
  (format: Parameters<typeof styleText>[0]): Paint =>
  (text) =>
    text === '' ? '' : styleText(format, text, { validateStream: false })
const plain: Paint = (text) => text

export const COLOURS: Style = {
  bold: paint('bold'),
  dim: paint('dim'),
  good: paint('green'),
  warn: paint('yellow'),
  bad: paint('red'),
  accent: paint('cyan'),
}

export const NO_COLOURS: Style = { bold: plain, dim: plain, good: plain, warn: plain, bad: plain, accent: plain }

/**
 * Whether to paint: what the command line says, then `NO_COLOR` (https://no-color.org), then `FORCE_COLOR`, else in terminals that
 * know colours. A variable that is empty says nothing; `FORCE_COLOR=0` says no.
 */
export function styleFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv, color?: boolean): Style {
  const { NO_COLOR = '', FORCE_COLOR = '', TERM } = env
  if (color === false || NO_COLOR !== '') return NO_COLOURS
  if (FORCE_COLOR !== '') return ['0', 'false'].includes(FORCE_COLOR) ? NO_COLOURS : COLOURS
  return stream.isTTY === true && TERM !== 'dumb' ? COLOURS : NO_COLOURS
}
