import { SimulatorError } from '../simulator-error.ts'
import { checkScenario } from './check-scenario.ts'
import type { Scenario } from './scenario.ts'

/**
 * Reads a scenario from JSON, or checks one that was read already.
 *
 * @param json JSON text, or the value it stands for.
 * @throws SimulatorError `ERR_SPILLWAY_SIMULATOR_INVALID_SCENARIO`; its `problems` list every mistake with its path.
 * @example
 * const scenario = parseScenario(await readFile('peak.json', 'utf8'))
 */
export function parseScenario(json: unknown): Scenario {
  const value = typeof json === 'string' ? parse(json) : json
  checkScenario(value)
  return value
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    const message = `The scenario is not JSON: ${problem}`
    throw new SimulatorError('ERR_SPILLWAY_SIMULATOR_INVALID_SCENARIO', message, { cause, problems: [problem] })
  }
}
