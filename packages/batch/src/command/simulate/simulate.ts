import { readIncident } from '../../incident/incident.ts'
import { simulateIncident } from '../../incident/simulate-incident.ts'
import { readPolicyFile } from '../../make/policy-file.ts'
import type { CommandIo } from '../command.ts'
import { readJsonFile } from '../json-file.ts'
import { incidentFile, incidentNames } from './known-incidents.ts'
import type { SimulateCommandOptions } from './simulate-command.ts'
import { resultLines } from './result-lines.ts'

/** Runs `spillway simulate`. */
export async function simulate(name: string, options: SimulateCommandOptions, io: CommandIo): Promise<void> {
  const file = incidentNames().includes(name) ? incidentFile(name) : name
  const incident = await readJsonFile(file, readIncident)
  const policy = options.policy === undefined ? undefined : await readPolicyFile(options.policy)
  const results = await simulateIncident(incident, {
    ...(policy !== undefined && { policy }),
    ...(options.seed !== undefined && { seed: options.seed }),
  })
  const price = options.pricePerImage
  if (options.json) {
    const { traffic, startsAt } = incident
    const priced = results.map((result) => ({ ...result, ...(price !== undefined && { cost: result.made * price }) }))
    const seed = options.seed ?? incident.seed
    io.stdout.write(`${JSON.stringify({ startsAt, seed, traffic, results: priced }, null, 2)}\n`)
    return
  }
  for (const line of resultLines(name, incident, results, price)) io.stdout.write(`${line}\n`)
}
