/** What a suite found. Skipped tests are kept by name and reason, so that none goes unnoticed. */
export interface Totals {
  passed: number
  failed: number
  skipped: string[]
}

/** A script that exits with this number says that it could not check anything here; its last line is the reason. */
export const SKIPPED = 77

export function addTotals(all: readonly Totals[]): Totals {
  const sum: Totals = { passed: 0, failed: 0, skipped: [] }
  for (const { passed, failed, skipped } of all) {
    sum.passed += passed
    sum.failed += failed
    sum.skipped.push(...skipped)
  }
  return sum
}

export function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`
}
