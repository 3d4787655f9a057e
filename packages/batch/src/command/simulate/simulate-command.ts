import { Command } from 'commander'
import type { CommandIo } from '../command.ts'
import { amount, wholeNumber } from '../values.ts'
import { incidentNames } from './known-incidents.ts'

/** What `spillway simulate` is told. */
export interface SimulateCommandOptions {
  readonly policy?: string
  readonly seed?: number
  readonly pricePerImage?: number
  readonly json?: true
}

/** `spillway simulate`. */
export const command = (io: CommandIo): Command =>
  new Command('simulate')
    .description(
      'Replays an outage in virtual time and says what would have happened to your calls, and to other ways to make them.',
    )
    .argument('<incident>', `a scenario with its traffic, as JSON, or one of ${incidentNames().join(', ')}`)
    .option('--policy <file>', 'options of the standard pipeline, as JSON (default: its defaults)')
    .option('--seed <n>', 'other calls and other chance (default: the incident’s, or 1)', wholeNumber(0))
    .option('--price-per-image <amount>', 'what a picture costs', amount)
    .option('--json', 'prints the results as JSON')
    .action(async (incident: string, options: SimulateCommandOptions) => {
      const { simulate } = await import('./simulate.ts')
      await simulate(incident, options, io)
    })
