import type { LaunchRecord, RunRecord } from '../../journal/records.ts'
import { markup, type Markup } from '../markup.ts'
import { count, listed } from '../../words/amounts.ts'
import { duration } from '../../words/durations.ts'
import { moment } from '../../words/instants.ts'

const ENDS: Readonly<Record<string, string>> = {
  finished: 'nothing was left to do',
  cost: 'the ceiling of cost was reached',
  errors: 'too much failed',
  deadline: 'its time was up',
  limit: 'as many were made as it was asked for',
  signal: 'it was asked to stop',
  disk: 'the disk could not be written',
  crashed: 'it crashed',
}

/** The processes that worked at the run, and what they were told. */
export const launches = (run: RunRecord): Markup =>
  markup`<section id="run"><h2>How it was run</h2>${run.launches.map(
    (launch) => markup`<article>
<h3>${run.launches.length > 1 ? `Launch ${count(launch.number)}` : 'One launch'}</h3>
<p class="note">${moment(launch.startedAt)} UTC${launch.endedAt !== undefined && `, ${duration(launch.endedAt - launch.startedAt)}`}; ${endOf(launch, run)}.</p>
<dl class="options">${Object.entries(optionsOf(launch)).map(([name, value]) => markup`<div><dt>${NAMES[name] ?? name}</dt><dd dir="auto">${shown(name, value)}</dd></div>`)}</dl></article>`,
  )}</section>`

const endOf = ({ number, stopped, endedAt }: LaunchRecord, { launches: all, runningPid }: RunRecord): string => {
  if (stopped !== undefined) return ENDS[stopped] ?? stopped
  if (endedAt === undefined && number === all.at(-1)?.number && runningPid !== undefined) return 'at work'
  return 'it was killed'
}

/** The journal has none; a page that is handed around makes sure. */
const SECRET = /key|token|secret|password|authorization|cookie/i
const placeOf = ({ name = '', model = '' }: { readonly name?: string; readonly model?: string }): string =>
  `${name} (${model})`
/** Who logs in by an address. */
const LOGIN = /(?<=\/\/)[^/\s@]*@/g

const NAMES: Readonly<Record<string, string>> = { graceMs: 'grace' }

/** What the run was told, and what it was to keep beside that. */
const optionsOf = ({ options: { note, ...options } }: LaunchRecord): Readonly<Record<string, unknown>> => ({
  ...options,
  ...(typeof note === 'object' && !Array.isArray(note) ? note : note !== undefined && { note }),
})

const shown = (name: string, value: unknown): string => {
  if (SECRET.test(name)) return '(not shown)'
  if (name === 'deadline' && typeof value === 'number') return `${moment(value)} UTC`
  if (name.endsWith('Ms') && typeof value === 'number') return duration(value)
  if (name === 'places' && Array.isArray(value)) return listed(value.map(placeOf))
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value, (key, each: unknown) => (SECRET.test(key) ? '(not shown)' : each))
  return (text ?? '–').replaceAll(LOGIN, '…@')
}
