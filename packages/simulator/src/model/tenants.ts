import type { Random } from '../random.ts'
import type { TenantsSettings } from '../scenario/resolve.ts'

const HOUR_MS = 3_600_000
const BAND_MS = 6 * HOUR_MS

/** The other users of the model: when the next of their requests arrives. */
export interface Tenants {
  /** Their offered load as a share of the capacity. */
  readonly loadRatio: (at: number) => number
  /**
   * Draws the next arrival after `at`. Arrivals are a Poisson process whose rate is constant between `changes`, so a
   * draw that passes the end of its stretch is thrown away and drawn anew from there, which is exact.
   */
  nextArrival(at: number): { readonly at: number; readonly arrives: boolean }
}

export interface TenantsOptions {
  readonly settings: TenantsSettings
  readonly startsAtUtcMs: number
  readonly capacity: number
  readonly meanServiceMs: number
  readonly random: Random
  readonly multiplier: (at: number) => number
  readonly nextChange: (at: number) => number | undefined
}

export function createTenants(options: TenantsOptions): Tenants {
  const { settings, startsAtUtcMs, capacity, meanServiceMs, random } = options
  const bands = [settings.lowRatio, settings.mediumRatio, settings.peakRatio, settings.highRatio] as const
  const ratios = settings.byHour ?? bands
  const stretchMs = settings.byHour === undefined ? BAND_MS : HOUR_MS
  const stretchOf = (at: number): number => Math.floor((startsAtUtcMs + at) / stretchMs)
  const loadRatio = (at: number): number => (ratios[stretchOf(at) % ratios.length] ?? 0) * options.multiplier(at)

  return {
    loadRatio,
    nextArrival(at) {
      const ends = (stretchOf(at) + 1) * stretchMs - startsAtUtcMs
      const stretchEnds = Math.min(ends, options.nextChange(at) ?? Infinity)
      const load = loadRatio(at)
      const gap = load > 0 && meanServiceMs > 0 ? random.exponential(meanServiceMs / (load * capacity)) : Infinity
      return at + gap < stretchEnds ? { at: at + gap, arrives: true } : { at: stretchEnds, arrives: false }
    },
  }
}
