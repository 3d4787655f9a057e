import stringWidth from 'string-width'
import { bar } from './bar.ts'
import type { Happening } from './happening.ts'
import type { EndpointView, Progress } from './progress.ts'
import { type Style, fit, padEnd, padStart } from './style.ts'
import { clockTime, count, listed, seconds } from './words.ts'

/** What a frame is drawn from. */
export interface FrameInput {
  readonly progress: Progress
  readonly title: string
  /** What the scenario does now, and whether that is out of the ordinary. */
  readonly weather?: { readonly words: string; readonly calm: boolean }
  /** Time on the pipeline's clock since the start. */
  readonly elapsedMs: number
  /** Real time, where the two differ. */
  readonly realMs?: number
  /** The pipeline's clock at the start, to place what happened. */
  readonly startedAt: number
  readonly columns: number
  readonly rows: number
  readonly style: Style
}

const LABEL = 10
const MAX_COLUMNS = 100
/** Lines besides those for what happened. */
const FIXED_LINES = 9

/** The live display: a pure function of what is known, line by line, none wider than the terminal. */
export function frame(input: FrameInput): string[] {
  const { progress, style, weather } = input
  const columns = Math.max(40, Math.min(MAX_COLUMNS, input.columns - 1))
  const room = Math.max(0, Math.min(progress.recent.length, 8, input.rows - FIXED_LINES - endpointCount(progress)))
  return [
    headline(input, columns),
    progressBar(progress, columns, style),
    '',
    counts(progress, columns, style),
    waiting(progress, columns, style),
    ...(weather === undefined ? [] : [labelled('upstream', weatherLine(weather, columns, style), style)]),
    '',
    ...Object.entries(progress.endpoints).map(([name, view]) => endpointLine(name, view, columns, style)),
    '',
    ...progress.recent.slice(0, room).map((happening) => happeningLine(happening, input.startedAt, columns, style)),
  ]
}

const endpointCount = ({ endpoints }: Progress): number => Object.keys(endpoints).length

const labelled = (label: string, text: string, style: Style): string => style.dim(padEnd(label, LABEL)) + text

function headline({ title, elapsedMs, realMs, style }: FrameInput, columns: number): string {
  const times = `${clockTime(elapsedMs)}${realMs === undefined ? '' : ` model time, ${seconds(realMs)} real`}`
  const name = fit(title, columns - stringWidth(times) - 2)
  return style.bold(name) + padStart('', columns - stringWidth(name) - stringWidth(times)) + style.dim(times)
}

function progressBar({ total, made, late, failed, calls }: Progress, columns: number, style: Style): string {
  const figure = `${made + late}/${total}`
  const parts = [
    { amount: made, paint: 'good', sign: '━' },
    { amount: late, paint: 'warn', sign: '━' },
    { amount: failed, paint: 'bad', sign: '━' },
    { amount: calls.size, paint: 'accent', sign: '╌' },
  ] as const
  return `${bar(parts, total, columns - figure.length - 2, style)}  ${style.bold(figure)}`
}

function counts(progress: Progress, columns: number, style: Style): string {
  const { made, late, failed, calls, retries, failovers } = progress
  const asking = [...calls.values()].filter(({ doing }) => doing === 'asking').length
  const words = [
    style.good(`${made} made`),
    ...(late > 0 ? [style.warn(`${late} late`)] : []),
    failed > 0 ? style.bad(`${failed} failed`) : style.dim('0 failed'),
    style.accent(`${asking} in flight`),
    style.dim(`${count(retries, 'retry', 'retries')}, ${count(failovers, 'failover')} so far`),
  ]
  return labelled('images', whatFits(words, columns - LABEL, style.dim(' · ')), style)
}

function waiting({ calls }: Progress, columns: number, style: Style): string {
  const reasons = new Map<string, number>()
  for (const activity of calls.values()) {
    if (activity.doing === 'waiting') reasons.set(activity.why, (reasons.get(activity.why) ?? 0) + 1)
  }
  const words = listed([...reasons].map(([why, number]) => `${number} for ${why}`))
  const text = fit(words === '' ? 'none' : words, columns - LABEL)
  return labelled('waiting', words === '' ? style.dim(text) : style.warn(text), style)
}

function weatherLine({ words, calm }: { words: string; calm: boolean }, columns: number, style: Style): string {
  const text = fit(words, columns - LABEL)
  return calm ? style.dim(text) : style.bad(text)
}

const CIRCUITS = {
  closed: { sign: '●', paint: 'good' },
  'half open': { sign: '◐', paint: 'warn' },
  open: { sign: '○', paint: 'bad' },
} as const

function endpointLine(name: string, view: EndpointView, columns: number, style: Style): string {
  const { sign, paint } = CIRCUITS[view.circuit]
  const { answersMs, failures } = view
  const meanMs = answersMs.reduce((sum, ms) => sum + ms, 0) / answersMs.length
  const failed = Object.entries(failures).map(([what, times]) => `${what} ×${times}`)
  const parts = [
    style.bold(padEnd(fit(name, LABEL - 1), LABEL)),
    style[paint](padEnd(`${sign} ${view.circuit}`, 13)),
    padEnd(`${view.inFlight} in flight`, 14),
    padEnd(`${view.made} made`, 10),
    padEnd(answersMs.length === 0 ? '' : `answers in ${seconds(meanMs)}`, 18),
    style.dim(failed.join('  ')),
  ]
  return whatFits(parts, columns, '')
}

/** As many of the parts, from the first, as there is room for. */
function whatFits(parts: readonly string[], width: number, separator: string): string {
  let line = ''
  for (const part of parts) {
    const longer = line === '' ? part : line + separator + part
    if (stringWidth(longer) > width) return line
    line = longer
  }
  return line
}

const TONES = { good: 'good', warn: 'warn', bad: 'bad', plain: 'dim' } as const
const SIGNS = { good: '✓', warn: '↻', bad: '✗', plain: '·' } as const

/** One thing that happened. */
export function happeningLine(happening: Happening, startedAt: number, columns: number, style: Style): string {
  const { at, who, what, prompt, tone } = happening
  const words = fit(`${padEnd(who, 7)} ${what}`, columns - LABEL - 2)
  const left = columns - LABEL - 2 - stringWidth(words) - 3
  const picture = prompt === undefined || left < 8 ? '' : `   ${fit(prompt, left)}`
  return `${style.dim(padEnd(clockTime(at - startedAt), LABEL))}${style[TONES[tone]](SIGNS[tone])} ${words}${style.dim(picture)}`
}
