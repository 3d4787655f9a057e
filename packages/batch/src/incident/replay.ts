import { createRandom } from '@spillway/simulator'
import { createWorld, type World } from '../forecast/world.ts'
import type { Caller } from './callers.ts'
import { watchChanges, type Change } from './changes.ts'
import type { Incident } from './incident.ts'

const MINUTE_MS = 60_000

/** What became of the calls that one caller made. Times are milliseconds. */
export interface Replayed {
  readonly caller: string
  readonly offered: number
  /** Answered within their deadline. */
  readonly succeeded: number
  /** How long those took; absent where there are none. */
  readonly p50Ms?: number
  readonly p95Ms?: number
  /** Requests that reached the provider, and those that it refused. */
  readonly requests: number
  readonly refused: number
  /** Pictures that were made in full and are billed, whether anybody got them or not. */
  readonly made: number
  /** How long the provider worked for nothing. */
  readonly wastedMs: number
  /** What the policies of the first process did to its endpoints, where there are such. */
  readonly changes: readonly Change[]
}

/** Lets an incident happen to one caller. The same seed brings the same calls at the same times, and the same provider. */
export const replay = async (incident: Incident, caller: Caller, seed: number): Promise<Replayed> => {
  const { traffic, startsAt } = incident
  const world = createWorld(incident.endpoints, { seed, startsAt })
  const processes = Array.from({ length: traffic.processes }, (_, i) =>
    caller.start({
      world,
      endpoints: Object.keys(incident.endpoints),
      seed: seed * 1000 + i,
      deadlineMs: traffic.deadlineMs,
    }),
  )
  const changes = watchChanges(processes[0]?.pipeline, startsAt)
  const calls: Promise<number | undefined>[] = []
  for (const [i, at] of arrivals(incident, seed).entries()) {
    const { call } = processes[i % processes.length] as (typeof processes)[number]
    world.clock.setTimer(at, () => calls.push(offer(world, traffic.deadlineMs, (signal) => call(String(i), signal))))
  }
  await world.clock.run()
  const took = (await Promise.all(calls)).filter((ms) => ms !== undefined).toSorted((a, b) => a - b)
  for (const { pipeline } of processes) pipeline?.dispose()
  const quantile = (ratio: number): number => took[Math.floor(ratio * took.length)] as number
  const result = { caller: caller.name, offered: calls.length, succeeded: took.length, ...countersOf(world) }
  world.close()
  return {
    ...result,
    ...(took.length > 0 && { p50Ms: quantile(0.5), p95Ms: quantile(0.95) }),
    changes: changes.stop(),
  }
}

/** When each call comes, in milliseconds from the start: as people do who know nothing of each other. */
const arrivals = ({ traffic: { callsPerMinute, minutes } }: Incident, seed: number): number[] => {
  const random = createRandom(seed).fork('arrivals')
  const times: number[] = []
  for (let at = 0; at < minutes * MINUTE_MS; at += random.exponential(MINUTE_MS / callsPerMinute)) times.push(at)
  return times
}

/** How long a call took, where it was answered in time. */
const offer = async (
  { clock }: World,
  deadlineMs: number,
  call: (signal: AbortSignal) => Promise<void>,
): Promise<number | undefined> => {
  const began = clock.now()
  const controller = new AbortController()
  const timer = clock.setTimer(deadlineMs, () => controller.abort(new Error('The deadline has passed.')))
  try {
    await call(controller.signal)
    return clock.now() - began
  } catch {
    return undefined // What fails is what is counted.
  } finally {
    timer.cancel()
  }
}

const countersOf = (world: World): Pick<Replayed, 'requests' | 'refused' | 'made' | 'wastedMs'> => {
  const all = world.counters()
  const sum = (of: (each: (typeof all)[number]) => number): number => all.reduce((total, each) => total + of(each), 0)
  return {
    requests: sum(({ requests }) => requests),
    refused: sum(({ refusedBy }) => Object.values(refusedBy).reduce((total, count) => total + count, 0)),
    made: sum(({ images }) => images),
    wastedMs: sum(({ upstreamSeconds }) => upstreamSeconds.wasted * 1000),
  }
}
