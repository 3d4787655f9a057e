import type { CostPoint, Span } from '../figures.ts'
import { markup, type Markup } from '../markup.ts'
import { money, percent } from '../../words/amounts.ts'
import { moment } from '../../words/instants.ts'
import { at, both, legend, numbers, roundTicks, timeAxis, timeScale, valueAxis, type Frame } from './frame.ts'

/** More steps than this are finer than a screen. */
const MOST_POINTS = 400

const thinned = (points: readonly CostPoint[]): readonly CostPoint[] => {
  const every = Math.ceil(points.length / MOST_POINTS)
  return points.filter((_, i) => i % every === 0 || i === points.length - 1)
}

/** What had been spent by when, and the part of it that brought no picture. */
export const costChart = (points: readonly CostPoint[], span: Span): Markup => {
  const { spent = 0, lost = 0 } = points.at(-1) ?? {}
  const ticks = roundTicks(spent)
  const top = ticks.at(-1) as number
  const shown = thinned(points)
  const label = `Cost over time: ${money(spent)} in the end, ${money(lost)} of it (${percent(lost, spent)}) for requests that brought no picture.`
  const draw = (frame: Frame): Markup[] => {
    const x = timeScale(span, frame)
    const y = (cost: number): number => at(frame.bottom - (cost / top) * (frame.bottom - frame.top))
    const steps = (of: (point: CostPoint) => number): string =>
      `M${frame.left} ${frame.bottom}${shown.map((point) => `H${x(point.at)}V${y(of(point))}`).join('')}H${frame.right}`
    const area = (of: (point: CostPoint) => number): string => `${steps(of)}V${frame.bottom}Z`
    return [
      valueAxis(
        frame,
        ticks.map((value) => ({ y: y(value), label: money(value) })),
      ),
      markup`<path class="spent-area" d="${area((point) => point.spent)}" /><path
          class="lost"
          d="${area((point) => point.lost)}"
        /><path class="spent-line" d="${steps((point) => point.spent)}" />`,
      timeAxis(span, frame),
    ]
  }
  const table = thinned(points).filter((_, i, all) => i % Math.ceil(all.length / 24) === 0 || i === all.length - 1)
  return markup`${both('half', 200, label, draw)}${legend([
    ['spent-mark', 'spent'],
    ...(lost > 0 ? ([['lost', 'of it for requests that brought no picture']] as const) : []),
  ])}${numbers(
    ['by (UTC)', 'spent', 'without a picture'],
    table.map((point) => [moment(point.at), money(point.spent), money(point.lost)]),
  )}`
}
