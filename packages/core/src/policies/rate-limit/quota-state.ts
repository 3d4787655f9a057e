import { SlidingQuota } from '../../primitives/sliding-quota.ts'
import { CalendarQuota } from './calendar-quota.ts'
import { Pacer } from './pacer.ts'
import type { QuotaPlan } from './shared-quota-store.ts'

/** One quota at work: what was spent of it. */
export interface QuotaState {
  readonly unit: string
  readonly permits: number
  readonly periodMs: number
  readonly window: SlidingQuota | undefined
  readonly calendar: CalendarQuota | undefined
  readonly pacer: Pacer | undefined
}

/** A quota of which nothing is spent. */
export const startQuota = ({ unit, permits, periodMs, smooth, reset }: QuotaPlan): QuotaState => ({
  unit,
  permits,
  periodMs,
  window: reset === undefined ? new SlidingQuota(permits, periodMs) : undefined,
  calendar: reset === undefined ? undefined : new CalendarQuota(permits, reset),
  pacer: smooth ? new Pacer(permits, periodMs) : undefined,
})

/** A moment, as clocks that only go forward have it and as calendars do. */
interface Instant {
  readonly at: number
  readonly wallTimeMs: number
}

/** Spends of it, whether there is room or not. */
export const charge = ({ window, calendar, pacer }: QuotaState, { at, wallTimeMs }: Instant, cost: number): void => {
  window?.spend(at, cost)
  calendar?.spend(wallTimeMs, cost)
  pacer?.spend(at, cost)
}

/** Takes a spending back, or a part of it. */
export const refund = ({ window, calendar, pacer }: QuotaState, { at, wallTimeMs }: Instant, cost: number): void => {
  window?.giveBack(at, cost)
  calendar?.giveBack(wallTimeMs, cost)
  pacer?.giveBack(cost)
}
