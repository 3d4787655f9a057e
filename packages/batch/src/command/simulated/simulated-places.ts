import { readFile } from 'node:fs/promises'
import type { Clock } from '@spillway/core'
import { createSimulator, type EndpointScenario, parseScenario, type Scenario } from '@spillway/simulator'
import { geminiPlace } from '../../make/place/gemini-place.ts'
import { openaiPlace } from '../../make/place/openai-place.ts'
import type { Place } from '../../make/place/place.ts'
import { UsageError } from '../usage-error.ts'
import { modelClock } from './model-clock.ts'
import { OVERLOADED } from './overloaded.ts'

/** A simulated model API in this process, and what is needed to ask it. */
export interface SimulatedPlaces {
  readonly places: readonly Place[]
  readonly clock: Clock
  /** How many times as fast as life it is. */
  readonly rate: number
  readonly url: string
  /** What each place is like, by its name. */
  readonly endpoints: Readonly<Record<string, EndpointScenario>>
  close(): Promise<void>
}

/** It has no keys; clients want one. */
const NO_KEY = 'simulated'
const DEFAULT_MODEL = 'simulated-image'

/**
 * Starts a model API that is overloaded as the scenario says. Its endpoints are the places: the one named `relay`, or whose name begins
 * so, speaks as OpenAI does, the others as Gemini does.
 *
 * @param file a scenario of `@spillway/simulator`; `undefined`: an overloaded one
 * @throws UsageError when the file cannot be read; SimulatorError when it says what cannot be
 */
export async function simulatedPlaces(
  file: string | undefined,
  model: string = DEFAULT_MODEL,
): Promise<SimulatedPlaces> {
  const scenario = file === undefined ? OVERLOADED : await readScenario(file)
  const { timeScale: rate = 1, startsAt = new Date().toISOString() } = scenario
  const simulator = createSimulator({ ...scenario, startsAt })
  const { url } = await simulator.listen()
  const { endpoints: own = {} } = scenario
  const named = Object.entries(own).map(([name, like]) => ({ name, base: `${url}/e/${name}`, like }))
  const alone = { name: 'simulated', base: url, like: {} }
  const simulated = (named.length > 0 ? named : [alone]).map(({ name, base, like }) => ({
    name,
    base,
    like: { ...scenario, ...like },
  }))
  const places = simulated.map(({ name, base, like: { models = [model], keys = [NO_KEY] } }) => {
    const place = { name, apiKey: keys[0] ?? NO_KEY, model: models[0] ?? model }
    return name.startsWith('relay')
      ? openaiPlace({ ...place, baseUrl: `${base}/v1` })
      : geminiPlace({ ...place, baseUrl: base })
  })
  return {
    places,
    clock: modelClock(rate, Date.parse(startsAt)),
    rate,
    url,
    endpoints: Object.fromEntries(simulated.map(({ name, like }) => [name, like])),
    close: () => simulator.close(),
  }
}

async function readScenario(file: string): Promise<Scenario> {
  try {
    return parseScenario(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new UsageError(`${file}: ${(cause as Error).message}`, { cause })
  }
}
