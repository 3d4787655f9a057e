import { checkDuration, checkKnown, checkNumber, checkOneOf } from '../../kernel/check-options.ts'
import { InvalidOptionsError } from '../../kernel/invalid-options-error.ts'
import { nextReset, type DailyReset, type NextReset } from './calendar-reset.ts'
import { REQUESTS } from './costs.ts'
import type { ConcurrencyQuota, PeriodQuota, Quota } from './rate-limit-options.ts'
import type { ConcurrencyPlan, QuotaPlan, QuotaPlans } from './shared-quota-store.ts'

const PERIODS_MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** How long a process may be silent until what it has at work is given to others. */
const LEASE_MS = 30_000

/** @throws InvalidOptionsError naming what cannot be */
export const readQuotas = (given: readonly Quota[]): QuotaPlans => {
  if (!Array.isArray(given)) throw new InvalidOptionsError('rateLimit.quotas', given, 'a list of quotas')
  const list: readonly Quota[] = given
  const quotas: QuotaPlan[] = []
  let concurrency: ConcurrencyPlan | undefined
  for (const [i, quota] of list.entries()) {
    const path = `rateLimit.quotas[${i}]`
    if (!isConcurrency(quota)) quotas.push(readQuota(path, quota))
    else if (concurrency === undefined) concurrency = readConcurrency(path, quota)
    else throw new InvalidOptionsError(path, quota, 'left out: one quota with maxConcurrency is enough')
  }
  return { quotas, concurrency }
}

const isConcurrency = (quota: Quota): quota is ConcurrencyQuota =>
  typeof quota === 'object' && quota !== null && 'maxConcurrency' in quota

const readConcurrency = (path: string, quota: ConcurrencyQuota): ConcurrencyPlan => {
  checkKnown(path, quota, ['maxConcurrency', 'leaseMs'])
  const { maxConcurrency, leaseMs = LEASE_MS } = quota
  checkNumber(`${path}.maxConcurrency`, maxConcurrency, { min: 1, integer: true })
  checkDuration(`${path}.leaseMs`, leaseMs, { min: Number.MIN_VALUE })
  return { maxConcurrency, leaseMs }
}

const readQuota = (path: string, quota: PeriodQuota): QuotaPlan => {
  checkKnown(path, quota, ['unit', 'permits', 'periodMs', 'per', 'resetAt', 'pace'])
  const { unit = REQUESTS, permits, per, periodMs, resetAt, pace = 'bursty' } = quota
  if (typeof unit !== 'string' || unit === '') throw new InvalidOptionsError(`${path}.unit`, unit, 'a word')
  checkNumber(`${path}.permits`, permits, { min: Number.MIN_VALUE })
  checkOneOf(`${path}.pace`, pace, ['bursty', 'smooth'])
  if (per !== undefined) {
    checkOneOf(`${path}.per`, per, ['second', 'minute', 'hour', 'day'])
    if (periodMs !== undefined) throw new InvalidOptionsError(`${path}.periodMs`, periodMs, 'left out beside per')
  }
  const length = per === undefined ? (periodMs ?? PERIODS_MS.minute) : PERIODS_MS[per]
  checkDuration(`${path}.periodMs`, length, { min: Number.MIN_VALUE })
  if (resetAt !== undefined && per !== 'day')
    throw new InvalidOptionsError(`${path}.resetAt`, resetAt, "left out, or beside per: 'day'")
  const reset = resetAt === undefined ? undefined : readReset(`${path}.resetAt`, resetAt)
  return { unit, permits, periodMs: length, smooth: pace === 'smooth', reset }
}

const readReset = (path: string, resetAt: DailyReset): NextReset => {
  checkKnown(path, resetAt, ['hour', 'timeZone'])
  const { hour, timeZone } = resetAt
  checkNumber(`${path}.hour`, hour, { min: 0, max: 23, integer: true })
  const wrong = (): InvalidOptionsError =>
    new InvalidOptionsError(`${path}.timeZone`, timeZone, 'an IANA time zone, such as America/Los_Angeles')
  if (typeof timeZone !== 'string') throw wrong()
  try {
    return nextReset({ hour, timeZone })
  } catch {
    throw wrong()
  }
}
