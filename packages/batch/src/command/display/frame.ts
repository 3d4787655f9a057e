import { bar } from './bar.ts'
import type { Happening } from './happening.ts'
import type { EndpointView } from './endpoint-view.ts'
import type { Progress } from './progress.ts'
import type { Style } from './style.ts'
import { timeLeft } from './time-left.ts'
import { fit, padEnd, whatFits, widthOf } from './width.ts'
import { count, counted, listed, money, rate } from '../../words/amounts.ts'
import { clockTime, duration, roughDuration } from '../../words/durations.ts'

/** What a frame is drawn from. */
export interface FrameInput {
  readonly progress: Progress
  readonly title: string
  /** On the run's clock. */
  readonly startedAt: number
  readonly now: number
  /** `now` in milliseconds since 1970 UTC. */
  readonly wallNow: number
  /** When the run has to be over, on the same clock. */
  readonly deadlineAt?: number
  /** The most that it may cost; `priced`: whether cost is known at all. */
  readonly maxCost?: number
  readonly priced: boolean
  readonly columns: number
  readonly rows: number
  readonly style: Style
}

const LABEL = 9
const WIDEST = 100
/** Narrower terminals break lines. */
const NARROWEST = 16
/** Lines besides those for endpoints and news. */
const FIXED_LINES = 8

/** The live display: a pure function of what is known, line by line, none wider than the terminal. */
export function frame(input: FrameInput): string[] {
  const { progress, style, rows } = input
  const columns = Math.max(NARROWEST, Math.min(WIDEST, input.columns - 1))
  const endpoints = [...progress.endpoints.values()].slice(0, Math.max(1, rows - FIXED_LINES))
  const room = Math.max(0, rows - FIXED_LINES - endpoints.length)
  const news = progress.recent.slice(0, room)
  if (progress.read !== undefined) {
    const read = [`${counted(progress.read, 'item')} read so far`]
    return [headline(input, columns), labelled('input', read, columns, style)].slice(0, Math.max(1, rows - 1))
  }
  const lines = [
    headline(input, columns),
    progressBar(progress, columns, style),
    '',
    labelled('images', counts(progress, style), columns, style),
    labelled('waiting', waiting(progress, columns, style), columns, style),
    labelled('pace', pace(input), columns, style),
    '',
    ...endpoints.map((view) => endpointLine(view, columns, style)),
    ...(news.length > 0 ? [''] : []),
    ...news.map((happening) => happeningLine(happening, input.startedAt, columns, style)),
  ]
  return lines.slice(0, Math.max(1, rows - 1))
}

const labelled = (label: string, parts: readonly string[], columns: number, style: Style): string =>
  style.dim(padEnd(label, LABEL)) + whatFits(parts, columns - LABEL, style.dim(' · '))

function headline({ title, now, startedAt, deadlineAt, progress, style }: FrameInput, columns: number): string {
  const ends = deadlineAt === undefined ? [] : [`deadline in ${roughDuration(Math.max(0, deadlineAt - now))}`]
  const stopping = progress.stopping === undefined ? [] : ['stopping']
  const times = whatFits([clockTime(now - startedAt), ...stopping, ...ends], Math.max(8, columns - 16), ' · ')
  const name = fit(title, columns - widthOf(times) - 2)
  return style.bold(padEnd(name, columns - widthOf(times))) + style.dim(times)
}

function progressBar(progress: Progress, columns: number, style: Style): string {
  const { counts: has, total, inFlight } = progress
  const figure = `${count(has.done)}/${count(total)}`
  const parts = [
    { amount: has.done, paint: 'good', sign: '━' },
    { amount: has.failed + has.unknown, paint: 'bad', sign: '━' },
    { amount: inFlight, paint: 'accent', sign: '╌' },
  ] as const
  return `${bar(parts, total, Math.max(4, columns - figure.length - 2), style)}  ${style.bold(figure)}`
}

function counts({ counts: has, reused, inFlight }: Progress, style: Style): string[] {
  return [
    style.good(`${count(has.done)} done`),
    has.failed > 0 ? style.bad(`${count(has.failed)} failed`) : style.dim('0 failed'),
    ...(has.unknown > 0 ? [style.warn(`${count(has.unknown)} unknown`)] : []),
    style.accent(`${inFlight} in flight`),
    ...(reused > 0 ? [style.dim(`${count(reused)} without a request`)] : []),
  ]
}

function waiting(progress: Progress, columns: number, style: Style): string[] {
  const words = [...progress.waiting()].map(([why, number]) => `${count(number)} for ${why}`)
  return [words.length === 0 ? style.dim('none') : style.warn(fit(listed(words), columns - LABEL))]
}

function pace({ progress, now, wallNow, maxCost, priced, style }: FrameInput): string[] {
  const perMinute = progress.perMinute(now)
  const limit = maxCost === undefined ? '' : ` of ${money(maxCost)}`
  return [
    perMinute === undefined ? style.dim('rate unknown yet') : rate(perMinute, 'image'),
    `time left ${timeLeft(progress, now, wallNow)}`,
    ...(priced ? [`cost ${money(progress.cost)}${limit}`] : []),
  ]
}

const STATES = {
  ready: { sign: '●', paint: 'good' },
  probing: { sign: '◐', paint: 'warn' },
  'left alone': { sign: '○', paint: 'bad' },
} as const

function endpointLine(
  { name, state, inFlight, made, answersMs, failures }: EndpointView,
  columns: number,
  style: Style,
): string {
  const { sign, paint } = STATES[state]
  const meanMs = answersMs.reduce((sum, ms) => sum + ms, 0) / answersMs.length
  const failed = [...failures].map(([what, times]) => `${fit(what, 24)} ×${count(times)}`)
  const parts = [
    `${style[paint](sign)} ${style.bold(fit(name, 24))}`,
    style[paint](state),
    `${inFlight} in flight`,
    `${count(made)} made`,
    ...(answersMs.length === 0 ? [] : [`${duration(meanMs)} each`]),
    ...failed.map((each) => style.dim(each)),
  ]
  return whatFits(parts, columns, style.dim(' · '))
}

const TONES = { good: 'good', warn: 'warn', bad: 'bad', plain: 'dim' } as const
const SIGNS = { good: '✓', warn: '↻', bad: '✗', plain: '·' } as const

/** One thing that happened. */
export function happeningLine(
  { at, who, what, tone }: Happening,
  startedAt: number,
  columns: number,
  style: Style,
): string {
  const time = clockTime(at - startedAt)
  const words = fit(`${fit(who, 24)}  ${what}`, columns - widthOf(time) - 4)
  return `${style.dim(time)}  ${style[TONES[tone]](SIGNS[tone])} ${words}`
}

/** What stays of the display when the run has ended. */
export const lastFrame = (input: FrameInput): string[] => {
  const columns = Math.max(NARROWEST, Math.min(WIDEST, input.columns - 1))
  const { progress, style } = input
  if (progress.read !== undefined) return []
  return [progressBar(progress, columns, style), labelled('images', counts(progress, style), columns, style)]
}

/** The same in one line, for a log: how far it is. */
export function progressLine({ progress, now, wallNow, startedAt, maxCost, priced }: FrameInput): string {
  const { counts: has, total, read } = progress
  if (read !== undefined) return `${clockTime(now - startedAt)}  reading the input, ${counted(read, 'item')} so far`
  const perMinute = progress.perMinute(now)
  const left = timeLeft(progress, now, wallNow)
  const waits = [...progress.waiting()].map(([why, number]) => `${count(number)} for ${why}`)
  return [
    `${clockTime(now - startedAt)}  ${count(has.done)} of ${counted(total, 'image')} done`,
    `${count(has.failed)} failed`,
    ...(has.unknown > 0 ? [`${count(has.unknown)} unknown`] : []),
    `${progress.inFlight} in flight`,
    ...(waits.length > 0 ? [`waiting: ${listed(waits)}`] : []),
    ...(perMinute === undefined ? [`time left ${left}`] : [rate(perMinute), `${left} left`]),
    ...(priced ? [`cost ${money(progress.cost)}${maxCost === undefined ? '' : ` of ${money(maxCost)}`}`] : []),
  ].join(', ')
}
