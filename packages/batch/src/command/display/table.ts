import { printable } from '../printable.ts'
import type { Style } from './style.ts'
import { fit, padEnd, widthOf } from './width.ts'

const GAP = '  '

/** Columns as wide as what is in them; the last one takes what is left of the terminal, and is cut where that is too little. */
export function tableOf(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  { style, columns = Infinity }: { style: Style; columns?: number | undefined },
): string[] {
  const last = heads.length - 1
  const widths = heads.map((head, i) => Math.max(...[head, ...rows.map((row) => row[i] ?? '')].map(widthOf)))
  const left = columns - widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0)
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        i < last ? padEnd(cell, widths[i] ?? 0) : Number.isFinite(left) ? fit(cell, left) : printable(cell),
      )
      .join(GAP)
      .trimEnd()
  return [style.dim(line(heads)), ...rows.map(line)]
}
