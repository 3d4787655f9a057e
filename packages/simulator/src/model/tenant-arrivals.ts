import type { Random } from '../random.ts'
import type { EndpointSettings } from '../scenario/resolve.ts'
import type { CounterBook } from './counters.ts'
import type { EventQueue } from '../event-queue.ts'
import { drawServiceMs } from './service-time.ts'
import type { Slots } from './slots.ts'
import { createTenants } from './tenants.ts'
import type { Timeline } from './timeline.ts'

export interface TenantArrivalsOptions {
  readonly settings: EndpointSettings
  readonly timeline: Timeline
  readonly slots: Slots
  readonly events: EventQueue
  readonly counters: CounterBook
  readonly random: Random
}

/** Lets the other tenants' requests arrive, from before the scenario starts, so that it finds the line as it would be. */
export function startTenants(
  options: TenantArrivalsOptions,
): { readonly startedAt: number; loadRatio(at: number): number } | undefined {
  const { settings, timeline, slots, events, counters } = options
  if (settings.tenants === undefined) return undefined
  const random = options.random
  const arrivals = createTenants({
    settings: settings.tenants,
    startsAtUtcMs: settings.startsAtUtcMs,
    capacity: settings.capacity,
    meanServiceMs: settings.serviceTime.image.meanMs,
    random: random.fork('arrivals'),
    multiplier: timeline.loadMultiplier,
    nextChange: timeline.nextChange,
  })

  const arrive = (at: number): void => {
    // What arrives before the scenario starts fills the line, and is in no count.
    const counts = at >= 0 ? 1 : 0
    counters.tenantRequests += counts
    const refused = random.next() < timeline.refusedRatio(at) || timeline.outage(at) !== undefined || !slots.hasRoom(at)
    if (refused) {
      counters.tenantRefused += counts
      return
    }
    const image = { kind: 'image', images: 1, outputTokens: 0 } as const
    const serviceMs = drawServiceMs(image, settings.serviceTime, random) * timeline.slowFactor(at)
    const onEnd = (): void => {
      counters.tenantMs += counts * serviceMs
    }
    slots.enter({ serviceMs, withdrawn: false, onEnd }, at)
    if (counts === 1) counters.peakQueue = Math.max(counters.peakQueue, slots.waiting())
  }

  const scheduleNext = (after: number): void => {
    const next = arrivals.nextArrival(after)
    if (next.at === Infinity) return
    events.add(next.at, (at) => {
      if (next.arrives) arrive(at)
      scheduleNext(at)
    })
  }

  const startedAt = -settings.tenants.warmUpMs
  scheduleNext(startedAt)
  return { startedAt, loadRatio: arrivals.loadRatio }
}
