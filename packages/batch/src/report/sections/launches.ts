import type { LaunchRecord, RunRecord } from '../../journal/records.ts'
import { markup, type Markup } from '../markup.ts'
import { count } from '../../words/amounts.ts'
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
<dl class="options">${Object.entries(launch.options).map(([name, value]) => markup`<div><dt>${name}</dt><dd dir="auto">${shown(name, value)}</dd></div>`)}</dl></article>`,
  )}</section>`

const endOf = ({ number, stopped, endedAt }: LaunchRecord, { launches: all, runningPid }: RunRecord): string => {
  if (stopped !== undefined) return ENDS[stopped] ?? stopped
  if (endedAt === undefined && number === all.at(-1)?.number && runningPid !== undefined) return 'at work'
  return 'it was killed'
}

/** The journal has none; a page that is handed around makes sure. */
const SECRET = /key|token|secret|password|authorization|cookie/i
/** Who logs in by an address. */
const LOGIN = /(?<=\/\/)[^/\s@]*@/g

const shown = (name: string, value: unknown): string => {
  if (SECRET.test(name)) return '(not shown)'
  const text =
    typeof value === 'string'
      ? value
      : JSON.stringify(value, (key, each: unknown) => (SECRET.test(key) ? '(not shown)' : each))
  return (text ?? '–').replaceAll(LOGIN, '…@')
}
