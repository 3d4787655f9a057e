import type { OutcomeBucket, Span } from '../figures.ts'
import { markup, type Markup } from '../markup.ts'
import { count } from '../../words/amounts.ts'
import { moment } from '../../words/instants.ts'
import { at, both, legend, numbers, roundTicks, timeAxis, timeScale, valueAxis, type Frame } from './frame.ts'

const ABOVE = [
  ['done', 'made'],
  ['failed', 'failed'],
] as const
const BELOW = [
  ['overloaded', 'refused: overloaded'],
  ['throttled', 'refused: quota'],
  ['otherwise', 'failed otherwise'],
] as const

type Part = (typeof ABOVE)[number][0] | (typeof BELOW)[number][0]

const sum = (bucket: OutcomeBucket, parts: readonly (readonly [Part, string])[]): number =>
  parts.reduce((total, [part]) => total + bucket[part], 0)

/** Pictures above the line, requests that gave none below it. */
export const outcomesChart = (buckets: readonly OutcomeBucket[], span: Span): Markup => {
  const most = Math.max(1, ...buckets.map((bucket) => sum(bucket, ABOVE)))
  const least = Math.max(0, ...buckets.map((bucket) => sum(bucket, BELOW)))
  const total = (part: Part): number => buckets.reduce((all, bucket) => all + bucket[part], 0)
  const label = `Outcomes over time. ${[...ABOVE, ...BELOW].map(([part, name]) => `${name}: ${count(total(part))}`).join('; ')}.`
  const present = [...ABOVE, ...BELOW].filter(([part]) => part === 'done' || total(part) > 0)
  const draw = (frame: Frame): Markup[] => {
    const perUnit = (frame.bottom - frame.top) / (most + least)
    const zero = frame.top + most * perUnit
    const x = timeScale(span, frame)
    const ticks = [
      ...roundTicks(most).filter((value) => value <= most),
      ...roundTicks(least)
        .filter((value) => value > 0 && value <= least && value * perUnit > 14)
        .map((value) => -value),
    ].filter((value) => Number.isInteger(value))
    const bars = buckets.map((bucket) => {
      const [left, right] = [x(bucket.from), x(bucket.to)]
      const width = Math.max(1, at((right - left) * 0.86))
      return markup`<g class="bar"
        ><title>${titleOf(bucket)}</title
        >${stack(bucket, ABOVE, (from, to) => ({ y: zero - to * perUnit, height: (to - from) * perUnit }), left, width)}${stack(bucket, BELOW, (from, to) => ({ y: zero + from * perUnit, height: (to - from) * perUnit }), left, width)}</g
      >`
    })
    return [
      valueAxis(
        frame,
        ticks.map((value) => ({ y: zero - value * perUnit, label: count(Math.abs(value)) })),
      ),
      ...bars,
      markup`<line class="zero" x1="${frame.left}" x2="${frame.right}" y1="${at(zero)}" y2="${at(zero)}" />`,
      timeAxis(span, frame),
    ]
  }
  const rows = buckets
    .filter((bucket) => sum(bucket, [...ABOVE, ...BELOW]) > 0)
    .map((bucket) => [moment(bucket.from), ...[...ABOVE, ...BELOW].map(([part]) => count(bucket[part]))])
  return markup`${both('wide', least > 0 ? 270 : 210, label, draw)}${legend(present.map(([part, name]) => [part, name]))}${numbers(['from (UTC)', ...[...ABOVE, ...BELOW].map(([, name]) => name)], rows)}`
}

const titleOf = (bucket: OutcomeBucket): string =>
  [
    moment(bucket.from),
    ...[...ABOVE, ...BELOW]
      .filter(([part]) => bucket[part] > 0)
      .map(([part, name]) => `${count(bucket[part])} ${name}`),
  ].join('\n')

const stack = (
  bucket: OutcomeBucket,
  parts: readonly (readonly [Part, string])[],
  place: (from: number, to: number) => { readonly y: number; readonly height: number },
  x: number,
  width: number,
): Markup[] => {
  let from = 0
  return parts.flatMap(([part]) => {
    const value = bucket[part]
    if (value === 0) return []
    const { y, height } = place(from, (from += value))
    return [markup`<rect class="${part}" x="${x}" y="${at(y)}" width="${width}" height="${at(Math.max(height, 1))}" />`]
  })
}
