import { Command } from 'commander'
import { probeInWords } from '../probe/probe.ts'
import { isTrouble } from '../status/is-trouble.ts'
import { hostOf } from '../probe/questions.ts'
import { readShownFeed } from '../status/shown-feed.ts'
import { readStatus } from '../status/read-status.ts'
import { type Access, checkUrl, readAccess, specsIn } from './access.ts'
import type { CommandIo } from './command.ts'
import { styleFor } from './display/style.ts'
import { statusLines } from './display/status-lines.ts'
import { EXIT } from './exit-codes.ts'
import { several } from './values.ts'

/** What `spillway status` is told. */
interface StatusCommandOptions {
  readonly feed?: readonly string[]
  readonly run?: string
  readonly probe?: true
  readonly probeModel?: string
  readonly endpoint?: readonly string[]
  readonly json?: true
  readonly color: boolean
}

/** `spillway status`. */
export const command = (io: CommandIo): Command =>
  new Command('status')
    .description('Shows what status pages say beside what requests have seen, and where the two disagree.')
    .option(
      '--feed <feed>',
      'what is asked: google-cloud, openai, anthropic, groq, cohere, or the address of a status page (default: what is known for each endpoint)',
      several,
    )
    .option('--run <folder>', 'what a run has seen: its out folder')
    .option('--probe', 'asks each endpoint once, which costs next to nothing, and says what')
    .option('--probe-model <name>', 'the model that a probe asks for a word (default: a cheap one)')
    .option(
      '--endpoint <address>',
      'one more place that is shown, and probed: https://relay.example/v1,key=RELAY_API_KEY',
      several,
    )
    .option('--json', 'prints everything as JSON')
    .option('--no-color', 'prints without colours')
    .action(async (options: StatusCommandOptions) => {
      const { feed, run, probeModel, endpoint: endpoints = [], json } = options
      const shown = feed?.map(readShownFeed)
      const specs = specsIn(io.env, { endpoints })
      for (const spec of specs) checkUrl(spec)
      const probed: readonly Access[] = options.probe === true ? readAccess(io.env, { endpoints }) : []
      for (const access of probed) io.stderr.write(`${probeInWords(access, probeModel)}\n`)
      const overview = await readStatus({
        probe: probed,
        endpoints: specs.map((spec) => ({ endpoint: spec.name, host: hostOf(spec) })),
        ...(shown !== undefined && { feeds: shown }),
        ...(run !== undefined && { run }),
        ...(probeModel !== undefined && { probeModel }),
      })
      if (overview.simulated)
        io.stderr.write(`The run in ${run} asked a simulated model: it has seen nothing of a real one.\n`)
      if (json === true) io.stdout.write(`${JSON.stringify(overview, null, 2)}\n`)
      else
        for (const line of statusLines(overview, styleFor(io.stdout, io.env, options.color), io.stdout.columns))
          io.stdout.write(`${line}\n`)
      io.end(isTrouble(overview) ? EXIT.someFailed : EXIT.done)
    })
