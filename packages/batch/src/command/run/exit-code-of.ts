import type { BatchSummary } from '../../run/run-batch.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'

/** What a run that nobody has interrupted ends with. */
export function exitCodeOf({ stopped, counts }: Pick<BatchSummary, 'stopped' | 'counts'>): ExitCode {
  if (['cost', 'errors', 'deadline', 'disk'].includes(stopped)) return EXIT.limit
  return counts.failed + counts.unknown > 0 ? EXIT.someFailed : EXIT.done
}
