import { stepFor, type Span } from '../figures.ts'
import { markup, type Markup } from '../markup.ts'
import { table } from '../table.ts'
import { tick } from '../../words/instants.ts'

/** The place that a chart draws into, in units of its view box. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** A drawing for the whole of a desk, for half of it, for a tablet, and for a phone: text keeps its size in all. */
const WIDTHS = { wide: 1000, half: 480, medium: 640, narrow: 330 } as const
type Kind = keyof typeof WIDTHS

const frameOf = (width: number, height: number): Frame => ({
  width,
  height,
  left: 44,
  right: width - 10,
  top: 10,
  bottom: height - 24,
})

/** One decimal is finer than a screen. */
export const at = (value: number): number => Math.round(value * 10) / 10

export const timeScale = (span: Span, { left, right }: Frame): ((instant: number) => number) => {
  const perMs = (right - left) / (span.to - span.from)
  return (instant) => at(left + (Math.min(span.to, Math.max(span.from, instant)) - span.from) * perMs)
}

/** Round values from 0 up to what covers `most`, about four of them. */
export const roundTicks = (most: number): number[] => {
  if (!(most > 0)) return [0, 1]
  const rough = most / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) as number) * power
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => i * step)
}

/** Lines across with their values at the left. */
export const valueAxis = (
  { left, right }: Frame,
  ticks: readonly { readonly y: number; readonly label: string }[],
): Markup =>
  markup`<g class="axis"
    >${ticks.map(
      ({ y, label }) =>
        markup`<line class="grid" x1="${left}" x2="${right}" y1="${at(y)}" y2="${at(y)}" /><text
            class="end"
            x="${left - 7}"
            y="${at(y + 4)}"
            >${label}</text
          >`,
    )}</g
  >`

/** No two words of an axis are nearer than this. */
const TICK_PX = 55

/** Round instants along the bottom. */
export const timeAxis = (span: Span, frame: Frame): Markup => {
  const x = timeScale(span, frame)
  const step = stepFor(span, Math.floor((frame.right - frame.left) / TICK_PX) + 1)
  const instants: number[] = []
  for (let instant = Math.ceil(span.from / step) * step; instant <= span.to; instant += step) instants.push(instant)
  return markup`<g class="axis"
    ><line
      class="base"
      x1="${frame.left}"
      x2="${frame.right}"
      y1="${frame.bottom}"
      y2="${frame.bottom}"
    />${instants.map(
      (instant) =>
        markup`<line
            class="base"
            x1="${x(instant)}"
            x2="${x(instant)}"
            y1="${frame.bottom}"
            y2="${frame.bottom + 4}"
          /><text class="${anchor(x(instant), frame)}" x="${x(instant)}" y="${frame.bottom + 18}"
            >${tick(instant, step)}</text
          >`,
    )}</g
  >`
}

/** Words at the edges stay inside. */
const anchor = (x: number, { left, right }: Frame): string =>
  x > right - 18 ? 'end' : x < left + 4 ? 'start' : 'middle'

const svg = (kind: Kind, height: number, label: string, content: readonly Markup[]): Markup =>
  markup`<svg class="${kind}" viewBox="0 0 ${WIDTHS[kind]} ${height}" role="img" aria-label="${label}">${content}</svg>`

/** The same drawing for a desk, of which it takes all or half, and for what is smaller; the style shows one of them. */
export const both = (
  desk: 'wide' | 'half',
  height: number,
  label: string,
  draw: (frame: Frame) => readonly Markup[],
): Markup =>
  markup`${([desk, 'medium', 'narrow'] as const).map((kind) => svg(kind, height, label, draw(frameOf(WIDTHS[kind], height))))}`

/** What the colours of a chart mean. */
export const legend = (entries: readonly (readonly [mark: string, text: string])[]): Markup =>
  markup`<ul class="legend">
    ${entries.map(
      ([mark, text]) =>
        markup`<li>
          <svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${mark}" width="10" height="10" rx="2" /></svg
          >${text}
        </li>`,
    )}
  </ul>`

/** The numbers behind a chart, for whoever reads rather than looks. */
export const numbers = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): Markup =>
  markup`<details><summary>The numbers</summary>${table('The numbers', head, rows)}</details>`
