import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { EndpointSettings } from '../scenario/resolve.ts'
import type { ScriptedReply } from '../faults/fault.ts'
import { type Verdict, createAdmission } from './admission.ts'
import { type CounterBook, createCounterBook } from './counters.ts'
import { createEventQueue } from '../event-queue.ts'
import { createGeneration } from './generation.ts'
import type { Offer, OfferEvent, OfferedRequest } from './offer.ts'
import { type QuotaLevels, createQuota } from './quota.ts'
import { createScript } from './script.ts'
import { drawServiceMs } from './service-time.ts'
import { createSlots } from './slots.ts'
import { startTenants } from './tenant-arrivals.ts'
import { createTimeline } from './timeline.ts'

/** One endpoint's model: capacity, queue, other tenants, quota, script and timeline. Knows nothing of HTTP. */
export interface Upstream {
  /** Hands in a request at the clock's present; `listener` hears what becomes of it, the first event possibly at once. */
  offer(request: OfferedRequest, listener: (event: OfferEvent) => void): Offer
  script(replies: readonly ScriptedReply[]): void
  /** Brings the model up to the clock's present. */
  settle(): void
  readonly counters: CounterBook
  /** What is left of a key's quota now. */
  quotaLevels(key: string): QuotaLevels
  state(): UpstreamState
  /** Ends its timer; nothing more happens. */
  close(): void
}

/** What a look at the provider's own dashboard would show. */
export interface UpstreamState {
  readonly running: number
  readonly waiting: number
  readonly capacity: number
  readonly queueLimit: number
  readonly tenantLoadRatio: number
  readonly scriptedReplies: number
}

/** Others' arrivals are caught up with at least this often (model time), so that a long pause costs nothing at once. */
const KEEP_UP_MS = 60_000

/**
 * Makes the model of one endpoint. All of its time is the clock's; all of its chance comes from `random`. It keeps its
 * own line of events, so that a late timer changes no instant: what was due is played in order, each at its own time.
 *
 * @example
 * const clock = createVirtualClock()
 * const settings = resolveEndpoint('gemini', { capacity: 2 }, Date.UTC(2026, 2, 2, 12))
 * const upstream = createUpstream(settings, clock, createRandom(1))
 * upstream.offer(
 *   { kind: 'image', model: 'm', key: 'k', promptHash: 'p', images: 1, inputTokens: 8, outputTokens: 1290 },
 *   (event) => console.log(clock.now(), event.type),
 * )
 * clock.advance(60_000)
 */
export function createUpstream(settings: EndpointSettings, clock: Clock, random: Random): Upstream {
  const events = createEventQueue()
  const timeline = createTimeline(settings.phases)
  const counters = createCounterBook()
  const script = createScript(settings.replies)
  const quota = createQuota(settings.startsAtUtcMs)
  const serviceChance = random.fork('service')
  const capacity = (at: number): number => Math.ceil(settings.capacity * timeline.capacityRatio(at))
  const slots = createSlots({ queueLimit: settings.queueLimit, capacity, events })
  const admission = createAdmission({ settings, timeline, script, quota, slots, chance: random.fork('faults') })
  const tenants = startTenants({ settings, timeline, slots, events, counters, random: random.fork('tenants') })

  let settling = false
  let settledAt = tenants?.startedAt ?? 0
  let cancelTimer: (() => void) | undefined
  let inFlight = 0
  let closed = false

  const play = (until: number): void => {
    if (settling) return
    settling = true
    try {
      for (let due = events.nextAt(); due !== undefined && due <= until; due = events.nextAt()) {
        const event = events.take()
        settledAt = Math.max(settledAt, due)
        event?.run(due)
      }
      settledAt = Math.max(settledAt, until)
    } finally {
      settling = false
    }
  }

  const rearm = (): void => {
    cancelTimer?.()
    cancelTimer = undefined
    const due = events.nextAt()
    if (closed || due === undefined || settling) return
    const now = clock.now()
    const waitMs = inFlight > 0 ? due - now : Math.max(due - now, KEEP_UP_MS)
    cancelTimer = clock.setTimer(Math.max(0, waitMs), settle)
  }

  const settle = (): void => {
    if (closed) return
    play(clock.now())
    rearm()
  }

  const scheduleChanges = (after: number): void => {
    const change = timeline.nextChange(after)
    if (change === undefined) return
    events.add(change, (at) => {
      slots.fill(at)
      scheduleChanges(at)
    })
  }
  scheduleChanges(0)
  slots.fill(0)

  const admit = (request: OfferedRequest, verdict: Verdict, listener: (event: OfferEvent) => void): Offer => {
    const at = settledAt
    const drawnMs = drawServiceMs(request, settings.serviceTime, serviceChance) * timeline.slowFactor(at)
    const serviceMs = verdict.scripted?.serviceMs ?? drawnMs
    const onEnd = (): void => {
      inFlight -= 1
    }
    const generation = createGeneration({ request, verdict, serviceMs, at, slots, counters, listener, onEnd })
    inFlight += 1
    slots.enter(generation.job, at)
    counters.peakInFlight = Math.max(counters.peakInFlight, inFlight)
    counters.peakQueue = Math.max(counters.peakQueue, slots.waiting())
    return {
      abandon() {
        if (!generation.ended()) settle()
        if (generation.abandon(settledAt, settings.abandoned)) rearm()
      },
    }
  }

  return {
    offer(request, listener) {
      if (!settling) play(clock.now())
      counters.requests += 1
      counters.key(request.key)
      const verdict = admission.decide(request, settledAt)
      if (verdict.refusal !== undefined) {
        counters.outcome(verdict.refusal.fault)
        counters.refused(verdict.refusal.by)
        rearm()
        listener({ type: 'refused', refusal: verdict.refusal })
        return { abandon: () => undefined }
      }
      const offer = admit(request, verdict, listener)
      settle()
      return offer
    },
    script: (replies) => script.add(replies),
    settle,
    counters,
    quotaLevels: (key) => admission.quotaLevels(key, clock.now()),
    state: () => ({
      running: slots.running(),
      waiting: slots.waiting(),
      capacity: capacity(settledAt),
      queueLimit: settings.queueLimit,
      tenantLoadRatio: tenants?.loadRatio(settledAt) ?? 0,
      scriptedReplies: script.left(),
    }),
    close() {
      closed = true
      cancelTimer?.()
      events.clear()
    },
  }
}
