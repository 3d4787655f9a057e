import type { EndpointCounters, SimulatorCounters } from '@spillway/simulator'
import { failureInWords } from './failure-words.ts'
import type { PromptResult } from './run-strategy.ts'
import type { Strategy } from './strategies/strategy.ts'

/** What one strategy made of the job, and at what cost. Every figure is counted, by the runner or by the upstream. */
export interface StrategyReport {
  readonly strategy: Strategy['name']
  readonly summary: string
  readonly prompts: number
  readonly madeInTime: number
  readonly madeLate: number
  readonly failed: number
  /** Interrupted, or not begun. */
  readonly notMade: number
  readonly modelSeconds: number
  readonly realSeconds: number
  /** The slowest image, from its start, in model time. */
  readonly slowestSeconds: number
  /** By the upstream's own counters; absent where the upstream is real. */
  readonly upstream?: UpstreamReport
  readonly failures: readonly { readonly number: number; readonly id?: string; readonly why: string }[]
}

/** What the upstream saw of it. Seconds are model time. */
interface UpstreamReport {
  readonly requests: number
  readonly requestsByEndpoint: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly usefulSeconds: number
  readonly wastedSeconds: number
  /** Prompts whose image was generated more than once. */
  readonly madeMoreThanOnce: number
}

/** How long a run took. */
export interface Duration {
  readonly modelMs: number
  readonly realMs: number
}

/** Sums up one run. */
export function reportOf(
  { name, summary }: Strategy,
  prompts: number,
  results: readonly PromptResult[],
  { modelMs, realMs }: Duration,
  counters?: SimulatorCounters,
): StrategyReport {
  const number = (outcome: PromptResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length
  const [madeInTime, madeLate, failed] = [number('made'), number('late'), number('failed')]
  const tookMs = results
    .filter(({ outcome }) => outcome === 'made' || outcome === 'late')
    .map((result) => result.tookMs)
  return {
    strategy: name,
    summary,
    prompts,
    madeInTime,
    madeLate,
    failed,
    notMade: prompts - madeInTime - madeLate - failed,
    modelSeconds: tenths(modelMs),
    realSeconds: tenths(realMs),
    slowestSeconds: tenths(Math.max(0, ...tookMs)),
    ...(counters !== undefined && { upstream: upstreamOf(counters) }),
    failures: results
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ prompt, error }) => ({
        number: prompt.number,
        ...(prompt.id !== undefined && { id: prompt.id }),
        why: failureInWords(error),
      }))
      .toSorted((a, b) => a.number - b.number),
  }
}

function upstreamOf({ total, endpoints }: SimulatorCounters): UpstreamReport {
  const asked = Object.entries(endpoints).filter(([, { requests }]) => requests > 0)
  return {
    requests: total.requests,
    requestsByEndpoint: Object.fromEntries(asked.map(([name, { requests }]) => [name, requests])),
    outcomes: total.outcomes,
    usefulSeconds: total.upstreamSeconds.useful,
    wastedSeconds: total.upstreamSeconds.wasted,
    madeMoreThanOnce: moreThanOnce(total),
  }
}

function moreThanOnce({ promptsByTimesMade }: EndpointCounters): number {
  return Object.entries(promptsByTimesMade).reduce(
    (sum, [times, prompts]) => sum + (Number(times) > 1 ? prompts : 0),
    0,
  )
}

const tenths = (ms: number): number => Math.round(ms / 100) / 10
