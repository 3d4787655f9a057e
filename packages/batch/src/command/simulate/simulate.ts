import { existsSync } from 'node:fs'
import { readIncident } from '../../incident/incident.ts'
import { simulateIncident } from '../../incident/simulate-incident.ts'
import { readPolicyFile } from '../../make/policy-file.ts'
import type { CommandIo } from '../command.ts'
import { readJsonFile } from '../json-file.ts'
import { UsageError } from '../usage-error.ts'
import { incidentFile, incidentNames } from './known-incidents.ts'
import type { SimulateCommandOptions } from './simulate-command.ts'
import { resultLines } from './result-lines.ts'

/** Runs `spillway simulate`. */
export async function simulate(name: string, options: SimulateCommandOptions, io: CommandIo): Promise<void> {
  const known = incidentNames()
  const file = known.includes(name) ? incidentFile(name) : name
  if (!existsSync(file))
    throw new UsageError(`${name}: there is no such file. With the package come ${known.join(', ')}.`)
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
