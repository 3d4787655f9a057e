import type { QuotaScenario } from '../scenario/scenario.ts'
import type { OfferedRequest, QuotaHit } from './offer.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Daily quotas begin anew at midnight Pacific time; 08:00 UTC without summer time. */
const DAY_STARTS_UTC_MS = 8 * 3_600_000

/** How much is left of the limits, for `x-ratelimit-*` headers. */
export interface QuotaLevel {
  readonly limit: number
  readonly remaining: number
  /** Model time until all of it is back. */
  readonly resetMs: number
}

/** Counts what each key has used. The minute is a sliding window, the day a calendar day. */
export interface Quota {
  /** Takes the request's share of every limit, or says which one has none left (and takes nothing). */
  take(request: OfferedRequest, limits: QuotaScenario, at: number): QuotaHit | undefined
  levels(key: string, limits: QuotaScenario, at: number): QuotaLevels
}

/** What is left of a key's quotas; a limit that is not set is missing. */
export interface QuotaLevels {
  readonly requests?: QuotaLevel
  readonly tokens?: QuotaLevel
}

interface Usage {
  readonly minute: { readonly at: number; readonly tokens: number }[]
  day: number
  requestsToday: number
  imagesToday: number
}

export function createQuota(startsAtUtcMs: number): Quota {
  const usages = new Map<string, Usage>()
  const dayOf = (at: number): number => Math.floor((startsAtUtcMs + at - DAY_STARTS_UTC_MS) / DAY_MS)
  const untilTomorrow = (at: number): number => (dayOf(at) + 1) * DAY_MS + DAY_STARTS_UTC_MS - startsAtUtcMs - at

  const usageOf = (key: string, limits: QuotaScenario, at: number): Usage => {
    const owner = limits.scope === 'project' ? '' : key
    let usage = usages.get(owner)
    if (usage === undefined)
      usages.set(owner, (usage = { minute: [], day: dayOf(at), requestsToday: 0, imagesToday: 0 }))
    const gone = usage.minute.findIndex((entry) => entry.at > at - MINUTE_MS)
    usage.minute.splice(0, gone === -1 ? usage.minute.length : gone)
    if (usage.day !== dayOf(at)) Object.assign(usage, { day: dayOf(at), requestsToday: 0, imagesToday: 0 })
    return usage
  }

  /** When enough of the last minute has passed for `amount` to fit under `limit`. */
  const waitInMinute = (usage: Usage, amount: number, limit: number, at: number, of: 'one' | 'tokens'): number => {
    if (limit === Infinity) return 0
    let over = usage.minute.reduce((sum, entry) => sum + (of === 'one' ? 1 : entry.tokens), 0) + amount - limit
    if (over <= 0) return 0
    for (const entry of usage.minute) {
      over -= of === 'one' ? 1 : entry.tokens
      if (over <= 0) return entry.at + MINUTE_MS - at
    }
    return MINUTE_MS
  }

  return {
    take(request, limits, at) {
      const usage = usageOf(request.key, limits, at)
      const tokens = request.inputTokens + request.outputTokens
      const waits = {
        requestsPerMinute: waitInMinute(usage, 1, limits.requestsPerMinute ?? Infinity, at, 'one'),
        tokensPerMinute: waitInMinute(usage, tokens, limits.tokensPerMinute ?? Infinity, at, 'tokens'),
        requestsPerDay: usage.requestsToday + 1 > (limits.requestsPerDay ?? Infinity) ? untilTomorrow(at) : 0,
        imagesPerDay:
          request.images > 0 && usage.imagesToday + request.images > (limits.imagesPerDay ?? Infinity)
            ? untilTomorrow(at)
            : 0,
      }
      // The longest wait is the one worth telling: a key without images today gains nothing from the next minute.
      let hit: QuotaHit | undefined
      for (const limit of ['requestsPerMinute', 'tokensPerMinute', 'requestsPerDay', 'imagesPerDay'] as const) {
        if (waits[limit] > (hit?.retryAfterMs ?? 0)) {
          hit = { limit, value: limits[limit] ?? 0, retryAfterMs: waits[limit] }
        }
      }
      if (hit !== undefined) return hit
      usage.minute.push({ at, tokens })
      usage.requestsToday += 1
      usage.imagesToday += request.images
      return undefined
    },
    levels(key, limits, at) {
      const { minute } = usageOf(key, limits, at)
      const level = (limit: number | undefined, used: number): QuotaLevel | undefined =>
        limit === undefined
          ? undefined
          : {
              limit,
              remaining: Math.max(0, limit - used),
              resetMs: minute.length === 0 ? 0 : minute[minute.length - 1]!.at + MINUTE_MS - at,
            }
      const requests = level(limits.requestsPerMinute, minute.length)
      const tokens = level(
        limits.tokensPerMinute,
        minute.reduce((sum, entry) => sum + entry.tokens, 0),
      )
      return { ...(requests && { requests }), ...(tokens && { tokens }) }
    },
  }
}
