import { Command } from 'commander'
import type { CommandIo } from '../command.ts'
import { leaveLeftovers } from '../leftovers.ts'
import { type QueueCommandOptions, withQueueOptions } from '../queue-options.ts'
import { oneOf, several, wholeNumber } from '../values.ts'

/** What `spillway worker` is told. */
export interface WorkerCommandOptions extends QueueCommandOptions {
  readonly model?: string
  readonly api?: 'images' | 'chat'
  readonly endpoint?: readonly string[]
  readonly policy?: string
  readonly rpm?: number
  readonly tpm?: number
  readonly imagesPerDay?: number
  readonly maxConcurrency?: number
  readonly offPeak?: true
  readonly bands?: string
  readonly idempotent?: true
  readonly quiet?: true
}

/** `spillway worker`. */
export const command = (io: CommandIo): Command =>
  withQueueOptions(new Command('worker'))
    .description('Makes pictures for runs of other machines, until it is stopped.')
    .option('--model <name>', 'the model of items that name none (default: by provider)')
    .option('--endpoint <address>', 'one more place that is asked: https://relay.example/v1,key=RELAY_API_KEY', several)
    .option('--api <kind>', 'how OPENAI_BASE_URL is asked: images or chat (default: images)', oneOf('images', 'chat'))
    .option('--policy <file>', 'options of the standard pipeline, as JSON')
    .option('--rpm <n>', 'requests a minute at each place, by all workers of the queue together', wholeNumber(1))
    .option('--tpm <n>', 'tokens a minute at each place, by all workers together', wholeNumber(1))
    .option('--images-per-day <n>', 'pictures in any 24 hours at each place, by all workers together', wholeNumber(1))
    .option('--max-concurrency <n>', 'pictures at work at once in this worker (default: 16)', wholeNumber(1))
    .option('--off-peak', 'waits for calm hours, as long as the deadline of a run allows')
    .option('--bands <file>', 'which hours are calm: [{"fromHour": 0, "level": "low"}, …] in UTC')
    .option('--idempotent', 'the places honour idempotency keys: what a lost worker had sent is asked for again')
    .option('--quiet', 'prints nothing but errors')
    .action(async (options: WorkerCommandOptions) => {
      const { work } = await import('./worker.ts')
      io.end(await work(options, io))
      leaveLeftovers()
    })
