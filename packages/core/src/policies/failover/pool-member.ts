import type { Endpoint } from '../../kernel/endpoint.ts'
import type { Verdict } from '../../kernel/verdict.ts'
import { EndpointHealth } from './endpoint-health.ts'

/** One endpoint of a pool, and what is known of it. */
export class PoolMember {
  readonly endpoint: Endpoint
  readonly health: EndpointHealth = new EndpointHealth()
  readonly level: number
  readonly weight: number
  /** Until when the provider asked everybody who shares its key, project or model to wait. */
  closedUntil: number = -Infinity
  /** Until when it is passed over. */
  ejectedUntil: number = -Infinity
  /** Ejections in a row. */
  ejections = 0
  /** Whether it has not answered since it was ejected. */
  unproven = false
  /** Failures in a row that say that it cannot serve. */
  refusals = 0

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint
    this.level = endpoint.level ?? 0
    this.weight = endpoint.weight ?? 1
  }

  ejected(now: number): boolean {
    return now < this.ejectedUntil
  }

  /** What is known of it now. */
  snapshot(): object {
    const { health, closedUntil, ejectedUntil } = this
    return {
      inFlight: health.inFlight,
      answerMs: health.lastAnswerMs,
      ...(closedUntil > 0 ? { closedUntil } : {}),
      ...(ejectedUntil > 0 ? { ejectedUntil } : {}),
    }
  }

  /** Whether what `verdict` blames on this endpoint holds for `other` as well. */
  shares({ scope }: Verdict, other: PoolMember): boolean {
    const { keyId, project, model } = this.endpoint
    const theirs = other.endpoint
    // A key belongs to a project: what the project may not, none of its keys may.
    const sameKey = keyId !== undefined && keyId === theirs.keyId
    if (scope === 'key') return sameKey
    if (scope === 'project') return sameKey || (project !== undefined && project === theirs.project)
    return scope === 'model' && model !== undefined && model === theirs.model
  }
}
