import type { CallContext } from '../../kernel/call-context.ts'
import { checkNumber } from '../../kernel/check-options.ts'
import type { Endpoint } from '../../kernel/endpoint.ts'
import type { PoolMember } from './pool-member.ts'

/** Who may serve a call at all. Where somebody's rule throws, the endpoint may not: a rule about data is no suggestion. */
export const eligibleFor = (
  pool: readonly PoolMember[],
  mayServe: ((endpoint: Endpoint, context: CallContext) => boolean) | undefined,
  maxCost: number | ((context: CallContext) => number),
  context: CallContext,
): readonly PoolMember[] => {
  if (mayServe === undefined && maxCost === Infinity) return pool
  const ceiling =
    typeof maxCost === 'number'
      ? maxCost
      : checkNumber('failover.maxCost()', maxCost(context), { min: 0, infinite: true })
  return pool.filter(({ endpoint }) => {
    if ((endpoint.costPerCall ?? 0) > ceiling) return false
    if (mayServe === undefined) return true
    try {
      return mayServe(endpoint, context)
    } catch (thrown) {
      context.report('failover.mayServe', thrown)
      return false
    }
  })
}
