import type { FaultSpec, ScriptedReply } from '../faults/fault.ts'
import { FAULTS } from '../faults/table.ts'
import type { Random } from '../random.ts'
import type { EndpointSettings } from '../scenario/resolve.ts'
import type { OfferedRequest, QuotaHit, Refusal } from './offer.ts'
import type { Quota, QuotaLevels } from './quota.ts'
import type { Script } from './script.ts'
import type { Slots } from './slots.ts'
import { type Timeline, isOpen } from './timeline.ts'

/** What is decided about a request at its arrival. */
export interface Verdict {
  readonly refusal?: Refusal
  /** It is generated, and this will go wrong with the answer. */
  readonly fault?: FaultSpec
  readonly scripted?: ScriptedReply
}

/** Decides in this order: script, outage, quota, chance, brown-out, room. A scripted request skips all but the last. */
export interface Admission {
  decide(request: OfferedRequest, at: number): Verdict
  quotaLevels(key: string, at: number): QuotaLevels
}

export interface AdmissionOptions {
  readonly settings: EndpointSettings
  readonly timeline: Timeline
  readonly script: Script
  readonly quota: Quota
  readonly slots: Slots
  readonly chance: Random
}

export function createAdmission({ settings, timeline, script, quota, slots, chance }: AdmissionOptions): Admission {
  const limitsAt = (at: number): EndpointSettings['quota'] => timeline.quota(at, settings.quota)

  const byChance = (at: number): FaultSpec | undefined => {
    let found: FaultSpec | undefined
    for (const rule of settings.faults) {
      // Drawn for every rule, so that one window changes nothing about another rule's luck.
      const happens = chance.next() < (rule.ratio ?? 1)
      if (happens && found === undefined && isOpen(rule, at)) found = rule
    }
    return found
  }

  const asVerdict = (fault: FaultSpec, by: Refusal['by'], scripted?: ScriptedReply): Verdict =>
    FAULTS[fault.fault].stage === 'refusal' ? { refusal: { ...fault, by } } : { fault, ...(scripted && { scripted }) }

  const withRoom = (verdict: Verdict, at: number): Verdict =>
    verdict.refusal !== undefined || slots.hasRoom(at) ? verdict : { refusal: { fault: 'overloaded', by: 'queue' } }

  return {
    decide(request, at) {
      const scripted = script.next()
      if (scripted !== undefined) {
        const { fault, ...parameters } = scripted
        return withRoom(fault === 'none' ? { scripted } : asVerdict({ ...parameters, fault }, 'script', scripted), at)
      }
      const outage = timeline.outage(at)
      if (outage !== undefined) return { refusal: { fault: outage.fault ?? 'connectionReset', by: 'phase' } }
      const hit = quota.take(request, limitsAt(at), at)
      if (hit !== undefined) return { refusal: quotaRefusal(hit) }
      const fault = byChance(at)
      if (fault !== undefined) return withRoom(asVerdict(fault, 'chance'), at)
      if (chance.next() < timeline.refusedRatio(at)) return { refusal: { fault: 'overloaded', by: 'phase' } }
      return withRoom({}, at)
    },
    quotaLevels: (key, at) => quota.levels(key, limitsAt(at), at),
  }
}

function quotaRefusal(hit: QuotaHit): Refusal {
  const shared = { by: 'quota', quota: hit, retryAfterMs: hit.retryAfterMs } as const
  if (hit.value === 0) return { by: 'quota', quota: hit, fault: 'zeroQuota' }
  return { ...shared, fault: hit.limit.endsWith('PerDay') ? 'dailyQuota' : 'rateLimited' }
}
