import { checkKnown } from '../../kernel/check-options.ts'
import { systemClock, type Clock } from '../../kernel/clock.ts'
import { systemRandom } from '../../kernel/random.ts'
import { Allowance, type Spending } from './allowance.ts'
import type { QuotaPlan, SharedGrant, SharedQuota, SharedQuotaStore } from './shared-quota-store.ts'

/** Options of {@link memorySharedQuotaStore}. */
export interface MemorySharedQuotaStoreOptions {
  /** Source of time. @default systemClock */
  readonly clock?: Clock
}

/** What {@link memorySharedQuotaStore} takes where an option is left out. */
export const MEMORY_SHARED_QUOTA_STORE_DEFAULTS: Required<MemorySharedQuotaStoreOptions> = { clock: systemClock }

interface Kept {
  readonly allowance: Allowance
  pausedUntil: number
}

interface Grant extends SharedGrant {
  readonly spending: Spending
}

/**
 * One quota for several pipelines of a process. For several processes, `@spillway/redis` has one.
 *
 * A partition is remembered as long as the store.
 *
 * ```ts
 * import { memorySharedQuotaStore, pipeline, rateLimit } from '@spillway/core'
 *
 * const store = memorySharedQuotaStore()
 * const quotas = [{ permits: 10, per: 'minute' as const }]
 * const chats = pipeline([rateLimit({ quotas, store })])
 * const images = pipeline([rateLimit({ quotas, store })]) // ten a minute, both together
 * console.log(await chats.execute(async () => 'within the quota')) // => within the quota
 * ```
 *
 * @throws InvalidOptionsError when an option is not known
 */
export const memorySharedQuotaStore = (options: MemorySharedQuotaStoreOptions = {}): SharedQuotaStore => {
  checkKnown('memorySharedQuotaStore', options, Object.keys(MEMORY_SHARED_QUOTA_STORE_DEFAULTS))
  const { clock } = { ...MEMORY_SHARED_QUOTA_STORE_DEFAULTS, ...options }
  const partitions = new Map<string, Kept>()

  const open = (partition: string, plans: readonly QuotaPlan[]): SharedQuota => {
    const kept = partitions.get(partition) ?? { allowance: new Allowance(plans, false), pausedUntil: 0 }
    partitions.set(partition, kept)
    const { allowance } = kept
    const spend = (costs: SharedGrant['costs']): Grant => ({
      costs,
      spending: allowance.spend(clock, costs, 0, systemRandom),
    })
    return {
      share: 1,
      async take(costs) {
        const pausedMs = kept.pausedUntil - clock.now()
        const readyInMs = Math.max(pausedMs, allowance.readyInMs(clock, costs))
        if (readyInMs > 0) return { kind: 'wait', readyInMs, ...(pausedMs > 0 ? { pausedMs } : {}) }
        return { kind: 'granted', grant: spend(costs) }
      },
      spent: spend,
      settle: (grant, used) => allowance.settle((grant as Grant).spending, used, clock),
      pause(pauseMs) {
        kept.pausedUntil = Math.max(kept.pausedUntil, clock.now() + pauseMs)
      },
      dispose() {},
    }
  }
  return { open }
}
