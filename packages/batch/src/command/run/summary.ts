import { join } from 'node:path'
import type { Counts } from '../../journal/records.ts'
import type { Place } from '../../make/place/place.ts'
import type { QueueCounts } from '../../queue/batch-queue.ts'
import type { BatchSummary } from '../../run/run-batch.ts'
import type { RunStarted } from '../../run/run-events.ts'
import { count, counted, listed, money } from '../../words/amounts.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { printable } from '../printable.ts'

/** What is said of a run beside its figures. */
export interface Ending {
  readonly folder: string
  /** Whether anybody has said what a picture costs. */
  readonly priced: boolean
  readonly code: ExitCode
  /** How its queue stood when it was last looked at, of all runs of that queue. */
  readonly queue?: QueueCounts | undefined
  /** The command line, the program's name included. */
  readonly typed: readonly string[]
}

/** What begins, for people: how much there is, and who is asked for it. */
export function beginningLine(counts: Counts, places: readonly Pick<Place, 'name' | 'model'>[]): string {
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0)
  const before = [
    ...(counts.done > 0 ? [`${count(counts.done)} done before`] : []),
    ...(counts.failed > 0 ? [`${count(counts.failed)} failed before`] : []),
    ...(counts.unknown > 0 ? [`${count(counts.unknown)} unknown`] : []),
  ]
  const asked = places.map(({ name, model }) => printable(`${name} (${model})`))
  return `${[counted(total, 'item'), ...before].join(', ')}. Asked: ${listed(asked)}.`
}

/** What is not as the start before left it. */
export function differenceLines({ removed, missing }: Pick<RunStarted, 'removed' | 'missing'>): string[] {
  const gone =
    removed === 1
      ? ['1 finished item is not in the input any more: its picture stays in the folder, and does not count.']
      : [
          `${count(removed)} finished items are not in the input any more: their pictures stay in the folder, and do not count.`,
        ]
  const moved = `${counted(missing, 'picture')} of finished items ${missing === 1 ? 'is' : 'are'} not in the folder any more.`
  return [
    ...(removed > 0 ? gone : []),
    ...(missing > 0 ? [`${moved} What is done is not made again: for that, take another folder.`] : []),
  ]
}

/** Why a run has stopped before its end. */
const WHY: Readonly<Record<BatchSummary['stopped'], string>> = {
  finished: '',
  limit: 'Stopped by --limit.',
  cost: 'Stopped by --max-cost: the next request was expected to pass it. Raise it to go on.',
  errors:
    'Stopped because so many failed: see errors.jsonl. --retry-errors asks again for them; for what a wrong key, model or address has failed, every start does.',
  deadline: 'Stopped by the deadline.',
  signal: 'Stopped.',
  disk: 'Stopped because the disk is full. Make room to go on.',
  crashed: 'Stopped by an error.',
}

/** How it went, for people. */
export function summaryLines({ stopped, counts, cost, adopted }: BatchSummary, ending: Ending): string[] {
  const { folder, priced, typed } = ending
  const left = counts.waiting + counts.sent + counts.saving
  const parts = [
    `${counted(counts.done, 'item')} done`,
    ...(counts.failed > 0 ? [`${count(counts.failed)} failed (see ${printable(join(folder, 'errors.jsonl'))})`] : []),
    ...(counts.unknown > 0 ? [`${count(counts.unknown)} unknown`] : []),
    ...(left > 0 ? [`${count(left)} left`] : []),
    ...(adopted > 0 ? [`${count(adopted)} found on the disk`] : []),
    ...(priced ? [`cost ${money(cost)}`] : []),
  ]
  const unknown = [
    'Unknown: a request left, and nobody knows whether it was served. --on-unknown again asks once more, and may pay twice.',
  ]
  const goOn = ['To go on, start it again:', `  ${typed.map(quoted).join(' ')}`]
  return [
    `${parts.join(', ')}. In ${printable(folder)}`,
    ...(counts.unknown > 0 ? unknown : []),
    ...(stopped === 'finished' ? [] : [WHY[stopped], ...goOn]),
  ]
}

/** As a shell takes it. */
const quoted = (arg: string): string =>
  /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${printable(arg).replaceAll("'", String.raw`'\''`)}'`

/** The same for programs. A field is never taken away or given another meaning. */
export function summaryJson(
  { stopped, counts, cost, adopted }: BatchSummary,
  { folder, priced, code, queue }: Ending,
): object {
  return {
    exit: code,
    stopped: code === EXIT.interrupted || code === EXIT.terminated ? 'signal' : stopped,
    done: counts.done,
    failed: counts.failed,
    unknown: counts.unknown,
    left: counts.waiting + counts.sent + counts.saving,
    adopted,
    ...(priced && { cost }),
    ...(queue !== undefined && { queue }),
    folder,
    results: join(folder, 'results.jsonl'),
    errors: join(folder, 'errors.jsonl'),
  }
}
