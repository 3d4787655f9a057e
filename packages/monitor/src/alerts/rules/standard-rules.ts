import type { AlertRule } from '../alert-rule.ts'
import { circuitOpen } from './circuit-open.ts'
import { endpointDown } from './endpoint-down.ts'
import { overloadAbove } from './overload-above.ts'
import { queueGrowing } from './queue-growing.ts'
import { retryBudgetSpent } from './retry-budget-spent.ts'
import { statusDisagrees } from './status-disagrees.ts'

/** The rules that need no figure of yours, with their defaults: all but `costAbove`. */
export const standardRules = (): AlertRule[] => [
  overloadAbove(),
  endpointDown(),
  statusDisagrees(),
  circuitOpen(),
  retryBudgetSpent(),
  queueGrowing(),
]
