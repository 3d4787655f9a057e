import { type VirtualClock, createVirtualClock } from '../clock.ts'
import type { OfferEvent, OfferedRequest } from '../model/offer.ts'
import { type Upstream, createUpstream } from '../model/upstream.ts'
import { createRandom } from '../random.ts'
import { checkScenario } from '../scenario/check-scenario.ts'
import { resolveEndpoint } from '../scenario/resolve.ts'
import type { EndpointScenario } from '../scenario/scenario.ts'

export const NOON = Date.UTC(2026, 2, 2, 12)
/** Every image takes 30 s. */
export const FIXED = { image: { minMs: 30_000, meanMs: 30_000, maxMs: 30_000, deviationMs: 0 } }

export const image = (prompt = 'a'): OfferedRequest => ({
  kind: 'image',
  model: 'm',
  key: 'k',
  promptHash: prompt,
  images: 1,
  inputTokens: 8,
  outputTokens: 1290,
})

/** A model under virtual time; `offer` writes what becomes of an image to the timeline. */
export function setUp(
  scenario: EndpointScenario,
  clock: VirtualClock = createVirtualClock(),
  seed = 1,
): {
  clock: VirtualClock
  upstream: Upstream
  timeline: string[]
  offer: (name: string) => ReturnType<Upstream['offer']>
} {
  checkScenario(scenario)
  const upstream = createUpstream(resolveEndpoint('test', scenario, NOON), clock, createRandom(seed))
  const timeline: string[] = []
  const describeEvent = (event: OfferEvent): string =>
    event.type === 'refused' ? `refused ${event.refusal.fault} by ${event.refusal.by}` : event.type
  const offer = (name: string): ReturnType<Upstream['offer']> =>
    upstream.offer(image(name), (event) => timeline.push(`${clock.now()} ${name} ${describeEvent(event)}`))
  return { clock, upstream, timeline, offer }
}
