import { NoEndpointReadyError, RateLimitExceededError } from '@spillway/core'
import type { Make } from '../../make/make.ts'
import type { Maker } from '../../make/maker.ts'

/**
 * Says which refusals are everybody's: where no place can be asked for a while, and all of them answer, it is the quota that
 * all workers share. An open circuit is one worker's own.
 */
export const tellingQuota =
  ({ make, pipeline }: Pick<Maker, 'make' | 'pipeline'>): Make =>
  async (item, asked) => {
    try {
      return await make(item, asked)
    } catch (error) {
      const ofAll =
        error instanceof NoEndpointReadyError && circuitsOf(pipeline).every(({ state }) => state === 'closed')
      if (!ofAll) throw error
      throw new RateLimitExceededError('rateLimit', '', 'waited_too_long', error.retryAfterMs, error)
    }
  }

const circuitsOf = (pipeline: Maker['pipeline']): { readonly state: string }[] =>
  pipeline.state().policies.flatMap(({ kind, state }) => {
    if (kind !== 'circuitBreaker') return []
    return Object.values((state as { readonly partitions: Record<string, { readonly state: string }> }).partitions)
  })
