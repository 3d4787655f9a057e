import type { Verdict } from '../../kernel/verdict.ts'
import type { PoolMember } from './pool-member.ts'

/** No endpoint is passed over for longer than this at a time. */
const LONGEST_EJECTION_MS = 300_000
/** After so long without an ejection, the next is a first one again. */
const FORGIVEN_AFTER_MS = 300_000
/** A missing model may be one caller's mistake: only when nothing else comes is it the endpoint's. */
const MISSING_MODELS = 3
/** Nearly everything fails, nearly nothing at another endpoint, and it is no accident of the first attempts. */
const FAILING_RATIO = 0.9
const HEALTHY_RATIO = 0.3
const FEWEST_ATTEMPTS = 5

/** Which endpoints are passed over, and for how long. */
export interface Ejection {
  /** How an attempt ended. Gives back the endpoints that are passed over from now on, because of it. */
  heard(member: PoolMember, verdict: Verdict, now: number): readonly PoolMember[]
}

/**
 * Passes an endpoint over that says it cannot serve, or that fails nearly always while another one does not. Each time in
 * a row it takes longer. Never the last that is left; by comparison alone never more than a share of the pool.
 *
 * @param pool all endpoints
 * @param ejectForMs how long for the first time; 0: never
 * @param maxEjectedRatio the share that comparison may pass over
 */
export const createEjection = (pool: readonly PoolMember[], ejectForMs: number, maxEjectedRatio: number): Ejection => {
  const eject = (member: PoolMember, now: number, atMost: number): boolean => {
    if (member.ejected(now) || pool.filter((each) => each.ejected(now)).length >= atMost) return false
    if (now - member.ejectedUntil > FORGIVEN_AFTER_MS) member.ejections = 0
    member.ejections++
    member.ejectedUntil = now + Math.min(ejectForMs * member.ejections, LONGEST_EJECTION_MS)
    member.unproven = true
    return true
  }
  const failsAlone = (member: PoolMember, now: number): boolean =>
    member.health.attempts >= FEWEST_ATTEMPTS &&
    member.health.failureRatio(now) >= FAILING_RATIO &&
    pool.some(
      (peer) =>
        peer !== member &&
        !peer.ejected(now) &&
        peer.health.attempts >= FEWEST_ATTEMPTS &&
        peer.health.failureRatio(now) <= HEALTHY_RATIO,
    )
  return {
    heard(member, verdict, now) {
      if (ejectForMs === 0 || pool.length === 1) return []
      const { kind, scope } = verdict
      if (kind === 'endpoint_failed') {
        member.refusals++
        if (scope === 'model' && member.refusals < MISSING_MODELS) return []
        const same = pool.filter((each) => each === member || member.shares(verdict, each))
        return same.filter((each) => eject(each, now, pool.length - 1))
      }
      member.refusals = 0
      const atMost = Math.floor(pool.length * maxEjectedRatio)
      return failsAlone(member, now) && eject(member, now, atMost) ? [member] : []
    },
  }
}
