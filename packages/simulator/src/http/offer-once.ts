import { FAULTS } from '../faults/table.ts'
import type { Offer, OfferEvent, OfferedRequest } from '../model/offer.ts'
import type { Upstream } from '../model/upstream.ts'

type Listener = (event: OfferEvent) => void

/** Work that is known by an idempotency key. */
interface Keyed {
  readonly promptHash: string
  readonly events: OfferEvent[]
  readonly listeners: Set<Listener>
}

/** How many keys an endpoint remembers; those of longest ago are forgotten first. */
const REMEMBERED_KEYS = 10_000

/** Hands in a request, unless its key has done so before. */
export type OfferOnce = (key: string, request: OfferedRequest, listener: Listener) => Offer

/**
 * Makes one picture for each idempotency key: who asks again with a key gets what was made for it, or waits for it; who asks for
 * something else with it is refused. The work goes
 * on when its client has left, and is kept. What was refused, or came out empty, is not.
 */
export const createOfferOnce = (upstream: Upstream): OfferOnce => {
  const known = new Map<string, Keyed>()

  const begin = (key: string, request: OfferedRequest, listener: Listener): Keyed => {
    const keyed: Keyed = { promptHash: request.promptHash, events: [], listeners: new Set([listener]) }
    known.set(key, keyed)
    const [oldest] = known.keys()
    if (known.size > REMEMBERED_KEYS && oldest !== undefined) known.delete(oldest)
    upstream.offer(request, (event) => {
      if (madeNothing(event)) known.delete(key)
      keyed.events.push(event)
      for (const each of keyed.listeners) each(each === listener ? event : withoutFault(event))
    })
    return keyed
  }

  const join = ({ promptHash, events, listeners }: Keyed, request: OfferedRequest, listener: Listener): void => {
    const { counters } = upstream
    counters.requests += 1
    counters.key(request.key)
    if (promptHash !== request.promptHash) {
      counters.outcome('key_of_another_prompt')
      listener({ type: 'refused', refusal: { fault: 'invalidRequest', by: 'key' } })
      return
    }
    const listening: Listener = (event) => {
      if (event.type === 'completed') counters.outcome('replayed')
      listener(event)
    }
    listeners.add(listening)
    for (const event of events) listening(withoutFault(event))
  }

  return (key, request, listener) => {
    upstream.settle()
    const keyed = known.get(key)
    if (keyed === undefined) begin(key, request, listener)
    else join(keyed, request, listener)
    return { abandon: () => undefined }
  }
}

const madeNothing = (event: OfferEvent): boolean =>
  event.type === 'refused' ||
  (event.type === 'started' && event.fault !== undefined && FAULTS[event.fault.fault].effect === 'empty')

/** A connection breaks for one client, not for the picture. */
const withoutFault = (event: OfferEvent): OfferEvent => {
  if (event.type !== 'started') return event
  const { fault: _broken, ...whole } = event
  return whole
}
