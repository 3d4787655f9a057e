import type { FeedReading } from '../feeds/feed-reading.ts'
import type { EndpointHealth, EndpointModel } from '../health/endpoint-health.ts'
import type { SeenHealth } from '../health/health-of.ts'
import { callsAreWorse, pageIsWorse } from './sentence.ts'

/** Our calls and a feed say different things of the same. */
export interface Disagreement extends EndpointModel {
  /** The feed's name. */
  readonly feed: string
  /** Who says that it is worse: `calls` that fail beside a page that is green, or a `page` that says down while calls are answered. */
  readonly worse: 'calls' | 'page'
  /** Since when, in milliseconds since 1970 UTC. */
  readonly since: number
  /** The same in words. */
  readonly sentence: string
}

/** A feed's last reading, and what it speaks of. */
export interface CoveringFeed {
  readonly reading: FeedReading
  readonly covers: (pair: EndpointModel) => boolean
}

/** A page that is green is contradicted by so much trouble and more, for which the provider is to blame. */
const TROUBLE_RATIO = 0.25

/**
 * Who says that it is worse, the calls or the page; `undefined`: they agree, or one of them says nothing.
 *
 * @param health what the calls have shown: of a monitor's pair, or by `healthOf`
 * @param reading what a feed says of the same
 */
export const worseOf = (
  health: SeenHealth,
  { level }: Pick<FeedReading, 'level'>,
): Disagreement['worse'] | undefined => {
  const { troubleRatio = 0, attempts } = health
  if (attempts === 0) return undefined
  const ill = health.level === 'overloaded' || health.level === 'down'
  if (level === 'operational' && ill && troubleRatio >= TROUBLE_RATIO) return 'calls'
  return level === 'down' && health.level === 'healthy' ? 'page' : undefined
}

interface Pending {
  readonly worse: Disagreement['worse']
  readonly since: number
  found: boolean
}

/** What has become of disagreements since they were looked for last. */
export interface DisagreementChanges {
  readonly found: readonly Disagreement[]
  readonly ended: readonly Omit<Disagreement, 'sentence'>[]
  /** Those that hold, the ones found before included. */
  readonly current: readonly Disagreement[]
}

/** Looks where feeds and calls disagree, and waits until that has lasted. */
export class DisagreementWatch {
  readonly #afterMs: number
  readonly #pending = new Map<string, Pending & EndpointModel & { readonly feed: string }>()

  /** @param afterMs how long they must disagree, in milliseconds: a page lags behind by minutes */
  constructor(afterMs: number) {
    this.#afterMs = afterMs
  }

  /** @param wallTime now, in milliseconds since 1970 UTC */
  look(endpoints: readonly EndpointHealth[], feeds: readonly CoveringFeed[], wallTime: number): DisagreementChanges {
    const found: Disagreement[] = []
    const current: Disagreement[] = []
    const seen = new Set<string>()
    for (const { reading, covers } of feeds)
      for (const health of endpoints) {
        const { endpoint, model } = health
        const worse = worseOf(health, reading)
        if (worse === undefined || !covers(health)) continue
        const key = JSON.stringify([reading.feed, endpoint, model, worse])
        seen.add(key)
        const about = { feed: reading.feed, endpoint, ...(model === undefined ? {} : { model }), worse }
        const pending = this.#pending.get(key) ?? { ...about, since: wallTime, found: false }
        this.#pending.set(key, pending)
        if (wallTime - pending.since < this.#afterMs) continue
        const { since } = pending
        const say = worse === 'calls' ? callsAreWorse : pageIsWorse
        const disagreement: Disagreement = { ...about, since, sentence: say(health, reading, wallTime - since) }
        current.push(disagreement)
        if (!pending.found) found.push(disagreement)
        pending.found = true
      }
    return { found, current, ended: this.#forget(seen) }
  }

  #forget(seen: ReadonlySet<string>): Omit<Disagreement, 'sentence'>[] {
    const ended: Omit<Disagreement, 'sentence'>[] = []
    for (const [key, { found, ...about }] of this.#pending) {
      if (seen.has(key)) continue
      this.#pending.delete(key)
      if (found) ended.push(about)
    }
    return ended
  }
}
