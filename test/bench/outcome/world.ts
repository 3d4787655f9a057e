import { VirtualClock } from '@spillway/core/testing'
import {
  askUpstream,
  createRandom,
  createUpstream,
  resolveEndpoint,
  type EndpointScenario,
  type Upstream,
} from '@spillway/simulator'

/** What a strategy gets for a prompt. */
export interface Answer {
  readonly prompt: string
  readonly endpoint: string
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

const ask = async (upstream: Upstream, endpoint: string, prompt: string, signal: AbortSignal): Promise<Answer> => {
  const usage = { images: 1, inputTokens: 20, outputTokens: 1290 }
  await askUpstream(upstream, { kind: 'image', model: 'image', key: 'key', promptHash: prompt, ...usage }, signal)
  return { prompt, endpoint }
}
