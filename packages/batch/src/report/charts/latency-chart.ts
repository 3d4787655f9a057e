import type { HourLatency } from '../figures.ts'
import { markup, type Markup } from '../markup.ts'
import { count } from '../../words/amounts.ts'
import { duration } from '../../words/durations.ts'
import { at, both, legend, numbers, roundTicks, valueAxis, type Frame } from './frame.ts'

const HOURS = 24
const two = (hour: number): string => String(hour).padStart(2, '0')

/** How long answers took by the hour of the UTC day: the middle as a bar, up to the slowest twentieth as a line. */
export const latencyChart = (hours: readonly HourLatency[]): Markup => {
  const most = Math.max(...hours.map(({ p95Ms }) => p95Ms / 1000), 0.001)
  const ticks = roundTicks(most)
  const top = ticks.at(-1) as number
  const label = `Answer times by hour of the UTC day. ${hours
    .map(({ hour, p50Ms, p95Ms }) => `${two(hour)}: half within ${duration(p50Ms)}, 95 % within ${duration(p95Ms)}`)
    .join('; ')}.`
  const draw = (frame: Frame): Markup[] => {
    const y = (ms: number): number => at(frame.bottom - (ms / 1000 / top) * (frame.bottom - frame.top))
    const slot = (frame.right - frame.left) / HOURS
    const every = slot > 22 ? 3 : 6
    const bars = hours.map(({ hour, answers, p50Ms, p95Ms }) => {
      const left = at(frame.left + hour * slot + slot * 0.15)
      const width = at(slot * 0.7)
      const middle = at(left + width / 2)
      return markup`<g class="bar"
        ><title>
          ${`${two(hour)}–${two(hour + 1)} UTC\n${count(answers)} answers\nhalf within ${duration(p50Ms)}\n95 % within ${duration(p95Ms)}`}</title
        ><rect
          class="answer"
          x="${left}"
          y="${y(p50Ms)}"
          width="${width}"
          height="${at(frame.bottom - y(p50Ms))}"
          rx="1.5" /><path
          class="whisker"
          d="M${middle} ${y(p50Ms)}V${y(p95Ms)}M${at(middle - width * 0.3)} ${y(p95Ms)}h${at(width * 0.6)}"
      /></g>`
    })
    const labels = Array.from({ length: HOURS / every + 1 }, (_, i) => i * every).map(
      (hour) =>
        markup`<text
          class="${hour === HOURS ? 'end' : hour === 0 ? 'start' : 'middle'}"
          x="${at(frame.left + hour * slot)}"
          y="${frame.bottom + 18}"
          >${two(hour)}</text
        >`,
    )
    return [
      valueAxis(
        frame,
        ticks.map((value) => ({ y: y(value * 1000), label: `${value} s` })),
      ),
      ...bars,
      markup`<g class="axis"
        ><line
          class="base"
          x1="${frame.left}"
          x2="${frame.right}"
          y1="${frame.bottom}"
          y2="${frame.bottom}"
        />${labels}</g
      >`,
    ]
  }
  const rows = hours.map(({ hour, answers, p50Ms, p95Ms }) => [
    `${two(hour)}–${two(hour + 1)}`,
    count(answers),
    duration(p50Ms),
    duration(p95Ms),
  ])
  return markup`${both('half', 200, label, draw)}${legend([
    ['answer', 'half of the answers within'],
    ['whisker-mark', '95 % within'],
  ])}${numbers(['hour (UTC)', 'answers', 'half within', '95 % within'], rows)}`
}
