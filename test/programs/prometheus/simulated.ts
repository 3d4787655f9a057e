import type { CallContext, Classifier } from '@spillway/core'
import type { VirtualClock } from '@spillway/core/testing'
import {
  askUpstream,
  createRandom,
  createUpstream,
  ModelError,
  resolveEndpoint,
  type EndpointScenario,
} from '@spillway/simulator'

/** What the simulator's refusals mean, as an adapter would judge their bodies. */
export const classifier: Classifier = {
  error: (error) =>
    error instanceof ModelError ? { kind: error.status === 503 ? 'overloaded' : 'transient', billed: 'no' } : undefined,
}

/** The simulator's model in virtual time: an operation that asks it for an image. */
export const simulated = (
  clock: VirtualClock,
  scenario: EndpointScenario,
): ((context: CallContext) => Promise<void>) => {
  const timers = {
    now: () => clock.now(),
    setTimer: (ms: number, fn: () => void) => {
      const timer = clock.setTimer(ms, fn)
      return () => timer.cancel()
    },
  }
  const upstream = createUpstream(resolveEndpoint('official', scenario, clock.wallTime()), timers, createRandom('1'))
  const request = {
    kind: 'image',
    model: 'm',
    key: 'k',
    promptHash: 'p',
    images: 1,
    inputTokens: 20,
    outputTokens: 1290,
  } as const
  return ({ signal }) => askUpstream(upstream, request, signal)
}
