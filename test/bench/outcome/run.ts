import { seededRandom } from '@spillway/core/testing'
import { recoveryMs, type Ended } from './recovery.ts'
import type { OutcomeScenario } from './scenarios.ts'
import type { Strategy } from './strategies/strategy.ts'
import { withGlobals } from './virtual-globals.ts'
import { createWorld, type World } from './world.ts'

/** What a strategy made of a scenario. */
export interface OutcomeRow {
  readonly strategy: string
  readonly offered: number
  readonly succeeded: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly requests: number
  readonly wastedSeconds: number
  /** From the end of the disturbance until calls succeed as before; `Infinity`: not in this run, `NaN`: no disturbance. */
  readonly recoveryMs: number
}

const arrivalTimes = ({ arrivals }: OutcomeScenario, random: () => number): number[] => {
  if ('burst' in arrivals) return Array.from({ length: arrivals.burst }, (_, i) => i)
  const times: number[] = []
  for (let at = 0; at < arrivals.minutes * 60_000; at += (-Math.log(1 - random()) * 60_000) / arrivals.perMinute)
    times.push(at)
  return times
}

/** What each call asks for: something new, or what one of the calls before it asked for. */
const promptsOf = (
  { repeatRatio = 0, repeatAmong = Infinity }: OutcomeScenario,
  count: number,
  random: () => number,
): string[] => {
  const prompts: string[] = []
  for (let i = 0; i < count; i++) {
    const repeated =
      i > 0 && random() < repeatRatio ? prompts[i - 1 - Math.floor(random() * Math.min(i, repeatAmong))] : undefined
    prompts.push(repeated ?? `${i}`)
  }
  return prompts
}

/** Runs one strategy through one scenario. The same seed brings the same arrivals and the same upstream. */
export const runOutcome = (scenario: OutcomeScenario, strategy: Strategy, seed: number): Promise<OutcomeRow> => {
  const world = createWorld(scenario.endpoints, seed, scenario.startsAtHour)
  const run = (): Promise<OutcomeRow> => runIn(world, scenario, strategy, seed)
  return strategy.usesGlobals ? withGlobals(world.clock, seededRandom(seed), run) : run()
}

const runIn = async (
  world: World,
  scenario: OutcomeScenario,
  strategy: Strategy,
  seed: number,
): Promise<OutcomeRow> => {
  const arrivals = arrivalTimes(scenario, seededRandom(seed))
  const prompts = promptsOf(scenario, arrivals.length, seededRandom(seed + 1_000_000))
  const processes = Array.from({ length: scenario.processes }, (_, i) =>
    strategy.start(world, seededRandom(seed * 1000 + i)),
  )
  const calls: Promise<Ended>[] = []
  for (const [i, at] of arrivals.entries()) {
    const call = processes[i % processes.length] as ReturnType<Strategy['start']>
    const prompt = prompts[i] as string
    world.clock.setTimer(at, () => calls.push(offer(world, scenario.deadlineMs, (signal) => call(prompt, signal))))
  }
  await world.clock.run()
  const ended = await Promise.all(calls)
  const { requests, wastedSeconds } = world.counters()
  world.close()
  const latencies = ended.filter(({ ok }) => ok).map(({ tookMs }) => tookMs)
  latencies.sort((a, b) => a - b)
  const at = (ratio: number): number => latencies[Math.floor(ratio * latencies.length)] ?? Number.NaN
  return {
    strategy: strategy.name,
    offered: arrivals.length,
    succeeded: latencies.length,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    requests,
    wastedSeconds,
    recoveryMs: recoveryMs(scenario, ended),
  }
}

const offer = async (
  { clock }: World,
  deadlineMs: number,
  call: (signal: AbortSignal) => Promise<unknown>,
): Promise<Ended> => {
  const began = clock.now()
  const controller = new AbortController()
  const timer = clock.setTimer(deadlineMs, () => controller.abort(new Error('deadline')))
  const ended = (answered: boolean): Ended => {
    const at = clock.now()
    return { at, tookMs: at - began, ok: answered && at - began <= deadlineMs }
  }
  try {
    await call(controller.signal)
    return ended(true)
  } catch {
    return ended(false) // A call that fails is what the table counts.
  } finally {
    timer.cancel()
  }
}
