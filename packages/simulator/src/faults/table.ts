import { brokenFaults } from './broken-faults.ts'
import { emptyFaults } from './empty-faults.ts'
import { errorFaults } from './error-faults.ts'
import type { FaultKind } from './fault.ts'
import { oddAnswerFaults } from './odd-answer-faults.ts'
import { oddBodyFaults } from './odd-body-faults.ts'
import { silentFaults } from './silent-faults.ts'

/** The names of all faults. */
export type FaultName =
  | keyof typeof errorFaults
  | keyof typeof oddBodyFaults
  | keyof typeof oddAnswerFaults
  | keyof typeof silentFaults
  | keyof typeof brokenFaults
  | keyof typeof emptyFaults

/** Every way to fail, by name. A new one is one entry in one of these files. */
export const FAULTS: Readonly<Record<FaultName, FaultKind>> = {
  ...errorFaults,
  ...oddBodyFaults,
  ...oddAnswerFaults,
  ...silentFaults,
  ...brokenFaults,
  ...emptyFaults,
}
