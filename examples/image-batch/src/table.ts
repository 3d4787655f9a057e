import stringWidth from 'string-width'
import { type Style, padEnd, padStart } from './display/style.ts'
import { clockTime } from './display/words.ts'
import type { StrategyReport } from './report.ts'

/** In two lines, so that the table fits into 80 columns. */
const HEADINGS = [
  ['', 'in', '', '', 'upstream', 'work', 'made', 'model', 'real'],
  ['', 'time', 'late', 'failed', 'requests', 'wasted', 'twice', 'time', 'time'],
]
const GAP = 2

/** The comparison as a table; the best figures stand out. */
export function table(reports: readonly StrategyReport[], style: Style): string[] {
  const rows = reports.map(cells)
  const widths = (HEADINGS[0] ?? []).map((_, column) =>
    Math.max(...[...HEADINGS, ...rows].map((row) => stringWidth(row[column] ?? ''))),
  )
  const line = (row: readonly string[], paint: (cell: string, column: number) => string): string =>
    row
      .map((cell, column) =>
        paint(column === 0 ? padEnd(cell, widths[0] ?? 0) : padStart(cell, widths[column] ?? 0), column),
      )
      .join(' '.repeat(GAP))
  const width = widths.reduce((sum, each) => sum + each, 0) + GAP * (widths.length - 1)
  return [
    ...HEADINGS.map((row) => line(row, (cell) => style.dim(cell))),
    style.dim('─'.repeat(width)),
    ...rows.map((row, index) =>
      line(row, (cell, column) => {
        if (column === 0) return style.bold(cell)
        return column === 1 ? style[toneOf(reports[index])](cell) : cell
      }),
    ),
  ]
}

function cells(report: StrategyReport): string[] {
  const { upstream } = report
  return [
    report.strategy,
    `${report.madeInTime}/${report.prompts}`,
    String(report.madeLate),
    String(report.failed + report.notMade),
    upstream === undefined ? '–' : String(upstream.requests),
    upstream === undefined ? '–' : `${Math.round(upstream.wastedSeconds)} s`,
    upstream === undefined ? '–' : String(upstream.madeMoreThanOnce),
    clockTime(report.modelSeconds * 1000),
    `${report.realSeconds.toFixed(1)} s`,
  ]
}

function toneOf(report: StrategyReport | undefined): 'good' | 'warn' | 'bad' {
  if (report === undefined || report.madeInTime * 2 < report.prompts) return 'bad'
  return report.madeInTime === report.prompts ? 'good' : 'warn'
}
