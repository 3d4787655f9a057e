import type { Usage } from '@spillway/core'
import { VirtualClock } from '@spillway/core/testing'
import {
  askUpstream,
  createRandom,
  createUpstream,
  resolveEndpoint,
  type EndpointCounters,
  type EndpointScenario,
  type OfferedRequest,
  type Upstream,
} from '@spillway/simulator'

/** A provider in virtual time: the simulator's model of each endpoint, one clock, no sockets. */
export interface World {
  readonly clock: VirtualClock
  /** One request for one picture, as a client without retries makes it. Rejects with a `ModelError`. */
  ask(endpoint: string, item: string, signal: AbortSignal): Promise<void>
  /** What each endpoint that was asked has seen and done. */
  counters(): readonly EndpointCounters[]
  close(): void
}

/** What a picture uses where nothing else is known: a short prompt, and the 1,290 tokens that Gemini counts for an image. */
export const USAGE = { images: 1, inputTokens: 20, outputTokens: 1290 } as const

/**
 * The way there and back of one request, in the mean: half a second for a picture to come and be written, and for the next
 * request to go. Without it a run would send each one into the very place that the one before has left.
 */
const WAY_MS = 500

/** Waits on a clock; rejects with the signal's reason when that ends first. */
export const wait = (clock: VirtualClock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const leave = (): void => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = clock.setTimer(ms, () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
    signal.addEventListener('abort', leave, { once: true })
  })

/**
 * Makes a provider. The same seed gives the same others, the same chance and the same answers.
 *
 * @param endpoints what each is like, by name
 * @param usage what one request uses
 * @param startsAt what the provider's clock shows at the beginning, in milliseconds since 1970 UTC
 */
export const createWorld = (
  endpoints: Readonly<Record<string, EndpointScenario>>,
  { seed, startsAt, usage = USAGE }: { readonly seed: number; readonly startsAt: number; readonly usage?: Usage },
): World => {
  const clock = new VirtualClock(startsAt)
  const timers = {
    now: () => clock.now(),
    setTimer: (ms: number, fn: () => void) => {
      const timer = clock.setTimer(ms, fn)
      // Others' traffic goes on for ever; it must not keep the run alive.
      timer.unref()
      return () => timer.cancel()
    },
  }
  const random = createRandom(seed)
  const ways = random.fork('ways')
  const upstreams = new Map<string, Upstream>()
  const upstreamOf = (name: string): Upstream => {
    let upstream = upstreams.get(name)
    if (upstream === undefined) {
      const settings = resolveEndpoint(name, endpoints[name] ?? {}, startsAt)
      upstreams.set(name, (upstream = createUpstream(settings, timers, random.fork(name))))
    }
    return upstream
  }
  return {
    clock,
    async ask(endpoint, item, signal) {
      const request: OfferedRequest = {
        kind: 'image',
        model: 'image',
        key: 'key',
        promptHash: item,
        ...USAGE,
        ...usage,
      }
      await wait(clock, WAY_MS * (0.5 + ways.next()), signal)
      return askUpstream(upstreamOf(endpoint), request, signal)
    },
    counters: () => [...upstreams.values()].map((upstream) => upstream.counters.read()),
    close() {
      for (const upstream of upstreams.values()) upstream.close()
    },
  }
}
