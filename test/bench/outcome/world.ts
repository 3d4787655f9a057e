import { VirtualClock } from '@spillway/core/testing'
import {
  createRandom,
  createUpstream,
  FAULTS,
  resolveEndpoint,
  type EndpointScenario,
  type FaultSpec,
  type Offer,
  type Refusal,
  type Upstream,
} from '@spillway/simulator'

/** What a strategy gets for a prompt. */
export interface Answer {
  readonly prompt: string
  readonly endpoint: string
}

/** How the model API fails, as its official clients report it. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly status: number | undefined
  readonly fault: string
  readonly retryAfterMs: number | undefined

  constructor({ fault, retryAfterMs }: FaultSpec | Refusal) {
    super(fault)
    this.fault = fault
    this.status = FAULTS[fault].status
    this.retryAfterMs = retryAfterMs
  }
}

/** One upstream, one clock, no sockets: the simulator's own model in virtual time. */
export interface World {
  readonly clock: VirtualClock
  readonly endpoints: readonly string[]
  /** One request, as an official client without retries sends it. */
  ask(endpoint: string, prompt: string, signal: AbortSignal): Promise<Answer>
  counters(): { readonly requests: number; readonly wastedSeconds: number; readonly images: number }
  close(): void
}

/** Model time at which the provider's day begins: a weekday, so that the daily pattern applies. */
const DAY = Date.UTC(2026, 2, 2)

export const createWorld = (
  endpoints: Readonly<Record<string, EndpointScenario>>,
  seed: number,
  startsAtHour: number,
): World => {
  const startsAt = DAY + startsAtHour * 3_600_000
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
  const upstreams = new Map<string, Upstream>(
    Object.entries(endpoints).map(([name, scenario]) => [
      name,
      createUpstream(resolveEndpoint(name, scenario, startsAt), timers, createRandom(`${seed}/${name}`)),
    ]),
  )
  return {
    clock,
    endpoints: [...upstreams.keys()],
    ask: (endpoint, prompt, signal) => ask(upstreams.get(endpoint) as Upstream, endpoint, prompt, signal),
    counters() {
      const read = [...upstreams.values()].map((upstream) => upstream.counters.read())
      const sum = (of: (each: (typeof read)[number]) => number): number =>
        read.reduce((total, each) => total + of(each), 0)
      return {
        requests: sum((each) => Object.values(each.requestsByKey).reduce((a, b) => a + b, 0)),
        wastedSeconds: sum((each) => each.upstreamSeconds.wasted),
        images: sum((each) => each.images),
      }
    },
    close: () => {
      for (const upstream of upstreams.values()) upstream.close()
    },
  }
}

const ask = (upstream: Upstream, endpoint: string, prompt: string, signal: AbortSignal): Promise<Answer> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    let fault: FaultSpec | undefined
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', leave)
      settle()
    }
    const fail = (spec: FaultSpec): void => {
      if (FAULTS[spec.fault].effect !== 'hang') end(() => reject(new ModelError(spec)))
    }
    const leave = (): void => {
      offer?.abandon()
      end(() => reject(signal.reason))
    }
    signal.addEventListener('abort', leave)
    let offer: Offer | undefined
    offer = upstream.offer(
      { kind: 'image', model: 'image', key: 'key', promptHash: prompt, images: 1, inputTokens: 20, outputTokens: 1290 },
      (event) => {
        if (event.type === 'refused') fail(event.refusal)
        else if (event.type === 'started') fault = event.fault
        else if (fault === undefined || FAULTS[fault.fault].effect === 'whole') end(() => resolve({ prompt, endpoint }))
        else fail(fault)
      },
    )
  })
