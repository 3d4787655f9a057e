import { type Clock, systemClock } from '@spillway/core'
import { type Scenario, createRandom } from '@spillway/simulator'
import { checkSimulatedImage } from './check-image.ts'
import { type Watch, watchBaseline } from './display/watch-baseline.ts'
import { watchSpillway } from './display/watch-spillway.ts'
import { count, listed } from './display/words.ts'
import { type AskForImage, askGemini, askRelay, imageClassifier } from './image-apis.ts'
import { type Job, type RunJob, keepIn } from './job.ts'
import { inModelTime, modelClock } from './model-time.ts'
import { type StrategyReport, reportOf } from './report.ts'
import { type RunOptions, runStrategy } from './run-strategy.ts'
import { ENDPOINTS, type EndpointName } from './scenario.ts'
import { type RunningSimulator, allWorkEnded, startSimulator } from './start-simulator.ts'
import { fiveTryLoop } from './strategies/five-try-loop.ts'
import { officialClient } from './strategies/official-client.ts'
import { type SpillwayStrategy, spillway } from './strategies/spillway.ts'
import type { Strategy } from './strategies/strategy.ts'

/** What a strategy may use. */
interface Tools {
  readonly clock: Clock
  readonly random: () => number
  readonly ask: Readonly<Record<EndpointName, AskForImage>>
}

type Contestant = (tools: Tools, job: Job, scenario: Scenario) => { strategy: Strategy; watch: Watch; keeps: boolean }

const client: Contestant = ({ ask, clock }, { screen, prompts }, scenario) => {
  const strategy = officialClient(ask.gemini)
  return { strategy, watch: watchBaseline({ screen, strategy, total: prompts.length, clock, scenario }), keeps: false }
}

const loop: Contestant = ({ ask, clock, random }, { options, screen, prompts }, scenario) => {
  const strategy = fiveTryLoop(ask.gemini, { clock, random, kind: options.kindLoop })
  return { strategy, watch: watchBaseline({ screen, strategy, total: prompts.length, clock, scenario }), keeps: false }
}

const ours: Contestant = ({ ask, clock, random }, { options, screen, prompts }, scenario) => {
  const used = ENDPOINTS.filter((name) => options.relay || name === 'gemini')
  const endpoints = new Map(used.map((name) => [name, ask[name]]))
  const classifier = inModelTime(imageClassifier, scenario.timeScale ?? 1)
  const strategy: SpillwayStrategy = spillway({ endpoints, classifier, clock, random })
  const title = `Spillway: ${count(prompts.length, 'image')} through ${listed(used)}`
  const watch = watchSpillway(strategy, { screen, title, total: prompts.length, endpoints: used, scenario })
  return { strategy, watch, keeps: true }
}

/** The same prompts through the same overload, once with each strategy. */
export const compare =
  (scenario: Scenario): RunJob =>
  async (job) => {
    const reports: StrategyReport[] = []
    // Images that are there already leave fewer prompts, which nobody else is to be compared by.
    for (const contestant of job.options.resume ? [ours] : [client, loop, ours]) {
      if (!job.signal.aborted) reports.push(await runOne(contestant, job, scenario))
    }
    return reports
  }

async function runOne(contestant: Contestant, job: Job, scenario: Scenario): Promise<StrategyReport> {
  const { options, prompts, signal } = job
  // A fresh upstream with the same seed: the same others' load, the same service times, the same luck.
  const simulator = await startSimulator(scenario, options.seed, options.port)
  job.onKill(simulator.kill)
  try {
    const clock = modelClock(scenario.timeScale ?? 1)
    const chance = createRandom(options.seed)
    const random = (): number => chance.next()
    const { strategy, watch, keeps } = contestant({ clock, random, ask: accessOf(scenario, simulator) }, job, scenario)
    const [startedAt, startedAtReal] = [clock.now(), systemClock.now()]
    const run: RunOptions = {
      prompts,
      strategy,
      concurrency: options.concurrency,
      clock,
      signal,
      check: checkSimulatedImage,
      onResult: watch.onResult,
      // Only one image of each prompt is worth keeping; the others' are checked and counted.
      ...(keeps && { keep: keepIn(job) }),
    }
    const results = await runStrategy(run)
    const duration = { modelMs: clock.now() - startedAt, realMs: systemClock.now() - startedAtReal }
    watch.stop()
    strategy.dispose?.()
    const counters = signal.aborted ? await simulator.counters() : await allWorkEnded(simulator, signal)
    return reportOf(strategy, prompts.length, results, duration, counters)
  } finally {
    await simulator.stop()
  }
}

function accessOf({ endpoints }: Scenario, { url }: RunningSimulator): Tools['ask'] {
  const model = (name: EndpointName): string => endpoints?.[name]?.models?.[0] ?? 'image-model'
  return {
    gemini: askGemini({ baseUrl: `${url}/e/gemini`, apiKey: 'simulated', model: model('gemini') }),
    relay: askRelay({ baseUrl: `${url}/e/relay/v1`, apiKey: 'simulated', model: model('relay') }),
  }
}
