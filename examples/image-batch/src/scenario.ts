import { readFile } from 'node:fs/promises'
import { type Phase, type Scenario, SimulatorError, parseScenario } from '@spillway/simulator'
import { InputError } from './exit-codes.ts'

/** The names of the scenario's endpoints, which are also those of the pipeline. */
export const ENDPOINTS = ['gemini', 'relay'] as const
export type EndpointName = (typeof ENDPOINTS)[number]

/**
 * Reads what the upstream is like.
 *
 * @throws InputError when the file cannot be read, is no scenario, or lacks one of the two endpoints
 */
export async function readScenario(path: string): Promise<Scenario> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new InputError(`Cannot read the scenario ${path}: ${cause.message}.`, { cause })
  })
  try {
    const scenario = parseScenario(text)
    const missing = ENDPOINTS.filter((name) => scenario.endpoints?.[name] === undefined)
    if (missing.length > 0) throw new InputError(`${path} has no endpoint named ${missing.join(', ')}.`)
    return scenario
  } catch (error) {
    if (error instanceof SimulatorError) throw new InputError(`${path}: ${error.message}`, { cause: error })
    throw error
  }
}

/** What goes wrong at the official endpoint at a moment of model time, in words. */
export function phaseAt(scenario: Scenario, atMs: number): string {
  const phases = scenario.endpoints?.['gemini']?.phases ?? []
  const open = phases.filter(({ atMs: from = 0, durationMs = Infinity }) => from <= atMs && atMs < from + durationMs)
  return open.length === 0 ? 'ordinary load' : open.map(phaseInWords).join(', ')
}

/** A phase in words. */
export function phaseInWords(phase: Phase): string {
  if (phase.kind === 'brownOut') {
    const { refusedRatio = 0, capacityRatio = 1 } = phase
    const refused = refusedRatio > 0 ? [`${percent(refusedRatio)} of the calls get 503`] : []
    const lost = capacityRatio < 1 ? [`${percent(capacityRatio)} of the capacity is left`] : []
    return `brown-out: ${[...refused, ...lost].join(', ')}`
  }
  if (phase.kind === 'outage')
    return `outage: ${phase.fault === 'overloaded' ? 'every call gets 503' : 'nothing is served'}`
  if (phase.kind === 'load') return `rush: others send ${phase.multiplier} times as much`
  if (phase.kind === 'slow') return `every image takes ${phase.factor} times as long`
  return `quota: ${phase.requestsPerMinute ?? 'other'} requests a minute, 429 above`
}

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`
