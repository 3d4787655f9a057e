import { Command } from 'commander'
import type { CommandIo } from '../command.ts'
import { leaveLeftovers } from '../leftovers.ts'
import { amount, duration, type Moment, moment, oneOf, several, wholeNumber } from '../values.ts'
import type { PriceOptions } from './prices.ts'
import { type QueueCommandOptions, withQueueOptions } from '../queue-options.ts'
import type { ProfileOptions } from './load-profile.ts'

/** What `spillway run` is told. */
export interface RunCommandOptions extends PriceOptions, ProfileOptions, QueueCommandOptions {
  readonly out: string
  readonly simulate?: string | true
  readonly model?: string
  readonly api?: 'images' | 'chat'
  readonly endpoint?: readonly string[]
  readonly policy?: string
  readonly rpm?: number
  readonly tpm?: number
  readonly imagesPerDay?: number
  readonly maxConcurrency?: number
  readonly offPeak?: true
  readonly deadline?: Moment
  /** Milliseconds. */
  readonly grace?: number
  readonly maxErrors?: number
  readonly limit?: number
  readonly cache?: string
  readonly onUnknown: 'skip' | 'again'
  readonly retryErrors?: true
  readonly acceptChanges?: true
  readonly dryRun?: true
  readonly json?: true
  readonly quiet?: true
  readonly color: boolean
}

/** `spillway run`. */
export const command = (io: CommandIo): Command =>
  withQueueOptions(
    new Command('run')
      .description(
        'Makes one picture, or several, for each prompt of a file, and goes on where it was when it is started again.',
      )
      .argument('<prompts>', 'JSON lines, lines of OpenAI’s Batch API, or plain lines; - reads standard input')
      .requiredOption('-o, --out <folder>', 'where the pictures go; one folder is one run')
      .optionsGroup('Who is asked:')
      .option('--simulate [scenario]', 'asks an overloaded model that is simulated, or what the file says')
      .option('--model <name>', 'the model that is asked for (default: by provider)')
      .option(
        '--endpoint <address>',
        'one more place that is asked: https://relay.example/v1,key=RELAY_API_KEY',
        several,
      )
      .option('--api <kind>', 'how OPENAI_BASE_URL is asked: images or chat (default: images)', oneOf('images', 'chat'))
      .optionsGroup('How fast and when:')
      .option('--policy <file>', 'options of the standard pipeline, as JSON')
      .option('--rpm <n>', 'requests a minute at each place (default: learned)', wholeNumber(1))
      .option('--tpm <n>', 'tokens a minute at each place (default: learned)', wholeNumber(1))
      .option('--images-per-day <n>', 'pictures in any 24 hours at each place', wholeNumber(1))
      .option(
        '--max-concurrency <n>',
        'requests at work at once (default: 64, or fewer, as each place admits)',
        wholeNumber(1),
      )
      .option('--off-peak', 'waits for calm hours, as long as the deadline allows')
      .option('--bands <file>', 'which hours are calm: [{"fromHour": 0, "level": "low"}, …] in UTC')
      .option('--profile <file>', 'what is learned of the hours (default: beside the journal)')
      .option('--deadline <when>', 'when to stop: 8h, or 2026-03-03T06:00Z (default: 24h)', moment)
      .option('--grace <time>', 'how long what is out may take to end when the run stops (default: 2m)', duration)
      .optionsGroup('What it may cost:')
      .option('--max-cost <amount>', 'the most that the run may cost, earlier starts included', amount)
      .option('--price-per-image <amount>', 'what a picture costs', amount)
      .option('--prices <file>', 'what each model costs: {"model": {"perImage": 0.04}}')
      .optionsGroup('How much, and what was there before:')
      .option('--max-errors <n>', 'stops when so many have failed', wholeNumber(1))
      .option('--limit <n>', 'makes so many in this start and no more', wholeNumber(1))
      .option('--cache <folder>', 'pictures of other runs, by prompt and settings, and for them')
      .option(
        '--on-unknown <what>',
        'what was sent and has no known end: skip or again',
        oneOf('skip', 'again'),
        'skip',
      )
      .option('--retry-errors', 'asks again for what has failed in earlier starts')
      .option('--accept-changes', 'takes an input that has changed since the run began')
      .option('--dry-run', 'checks everything and says what it would take, without a call')
      .optionsGroup('What is printed:')
      .option('--json', 'prints a summary as JSON on standard output')
      .option('--quiet', 'prints nothing but errors')
      .option('--no-color', 'prints without colours')
      .optionsGroup('Over many machines:'),
  ).action(async (prompts: string, options: RunCommandOptions) => {
    const { run } = await import('./run.ts')
    io.end(await run(prompts, options, io))
    leaveLeftovers()
  })
