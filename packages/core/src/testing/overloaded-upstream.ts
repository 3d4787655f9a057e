import type { CallContext } from '../kernel/call-context.ts'
import type { Timer } from '../kernel/clock.ts'
import { phasesOf, type OverloadedUpstreamOptions, type UpstreamBehaviour } from './overloaded-upstream-options.ts'
import { seededRandom } from './seeded-random.ts'
import { UpstreamOverloadedError } from './upstream-overloaded-error.ts'

/** One request to an {@link overloadedUpstream}, and what became of it. */
export interface UpstreamRequest {
  /** When it came, on the clock. */
  readonly at: number
  /** `waiting` and `serving` while it is at work; `abandoned` when its caller left. */
  readonly state: 'waiting' | 'serving' | 'served' | 'refused' | 'abandoned'
}

/** A provider without a network, in virtual time. */
export interface OverloadedUpstream<R = string> {
  /** One request: the operation of a call, or a part of it. Ends with the context's reason when that ends first. */
  readonly ask: (context: CallContext) => Promise<R>
  /** All requests so far, in the order in which they came. */
  readonly requests: readonly UpstreamRequest[]
  /** What it did, in numbers: of `requests`, so many are in each state; `wastedMs` is work that nobody got. */
  counts(): Readonly<Record<UpstreamRequest['state'], number>> & {
    readonly requests: number
    readonly wastedMs: number
  }
}

interface Pending {
  at: number
  state: UpstreamRequest['state']
  /** Begins to serve it. */
  readonly begin: (now: UpstreamBehaviour) => void
}

/**
 * A deterministic model API in virtual time: serves so many at once, refuses the others as its provider does, and follows
 * the phases of an incident. Replay one against a configuration before shipping it.
 *
 * ```ts
 * import { standardPipeline } from '@spillway/core'
 * import { overloadedUpstream, seededRandom, VirtualClock } from '@spillway/core/testing'
 *
 * const clock = new VirtualClock()
 * const upstream = overloadedUpstream({
 *   clock,
 *   capacity: 10,
 *   phases: [
 *     { fromMs: 0, capacity: 0 }, // nothing works for a minute,
 *     { fromMs: 60_000, capacity: 10 }, // then all is well again
 *   ],
 * })
 * const calls = standardPipeline({ clock, random: seededRandom(1) })
 * const answers = Promise.all([1, 2, 3].map(() => calls.execute(upstream.ask)))
 * await clock.run()
 * console.log((await answers).length, upstream.counts().served) // => 3 3
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range, or phases are not in order
 */
export const overloadedUpstream = <R = string>(options: OverloadedUpstreamOptions<R>): OverloadedUpstream<R> => {
  const phases = phasesOf(options)
  const { clock, random = seededRandom(1) } = options
  const { refusal = (retryAfterMs?: number) => new UpstreamOverloadedError(retryAfterMs) } = options
  const madeAt = clock.now()
  const requests: Pending[] = []
  let waiting: Pending[] = []
  let serving = 0
  let wastedMs = 0
  let nextPhase: Timer | undefined

  const behaviour = (): UpstreamBehaviour =>
    phases.findLast(({ fromMs }) => fromMs <= clock.now() - madeAt) as UpstreamBehaviour

  /** Takes in who waits; a phase that has not begun yet may have more room for the others. */
  const serve = (): void => {
    const now = behaviour()
    while (waiting.length > 0 && serving < now.capacity) waiting.shift()?.begin(now)
    nextPhase?.cancel()
    const next = waiting.length === 0 ? undefined : phases.find(({ fromMs }) => fromMs > clock.now() - madeAt)
    nextPhase = next === undefined ? undefined : clock.setTimer(madeAt + next.fromMs - clock.now(), serve)
  }

  const ask = (context: CallContext): Promise<R> =>
    new Promise((resolve, reject) => {
      if (context.aborted) return reject(context.reason)
      serve()
      let timer: Timer | undefined
      let servingSince = 0
      const end = (state: UpstreamRequest['state'], settle: () => void): void => {
        const wasServing = request.state === 'serving'
        request.state = state
        timer?.cancel()
        stop()
        if (wasServing) serving--
        settle()
        serve()
      }
      const request: Pending = {
        at: clock.now(),
        state: 'waiting',
        begin({ serviceMs, hangRatio }) {
          serving++
          request.state = 'serving'
          servingSince = clock.now()
          const hangs = random() < hangRatio
          const ms = hangs ? Infinity : typeof serviceMs === 'function' ? serviceMs(random) : serviceMs
          timer = clock.setTimer(ms, () => end('served', () => resolve(answerTo(context))))
        },
      }
      const number = requests.push(request)
      const answerTo = options.answer ?? (() => String(number) as R)
      const stop = context.onAbort((reason) => {
        if (request.state === 'serving') wastedMs += clock.now() - servingSince
        waiting = waiting.filter((each) => each !== request)
        end('abandoned', () => reject(reason))
      })
      const now = behaviour()
      const { capacity, queueLimit, refuseRatio, refusalMs, retryAfterMs } = now
      const unlucky = random() < refuseRatio
      const full = serving >= capacity && waiting.length >= queueLimit
      if (unlucky || full) {
        request.state = 'refused'
        timer = clock.setTimer(refusalMs, () => end('refused', () => reject(refusal(retryAfterMs))))
      } else if (serving < capacity) request.begin(now)
      else {
        waiting.push(request)
        serve()
      }
    })

  return {
    ask,
    requests,
    counts() {
      const states = { waiting: 0, serving: 0, served: 0, refused: 0, abandoned: 0 }
      for (const { state } of requests) states[state]++
      return { requests: requests.length, ...states, wastedMs }
    },
  }
}
