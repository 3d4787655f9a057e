import { Command } from 'commander'
import { VERSION } from '../version.ts'
import type { CommandIo, CommandModule } from './command.ts'

/** A command: what `spillway --help` says of it, and where it is. Loaded when somebody asks for it. */
interface Entry {
  readonly summary: string
  readonly load: () => Promise<CommandModule>
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  run: { summary: 'makes the pictures of a file of prompts', load: () => import('./run/run-command.ts') },
  status: { summary: 'what status pages say beside what requests have seen', load: () => import('./status.ts') },
  doctor: { summary: 'looks at everything that a run needs', load: () => import('./doctor.ts') },
  simulate: {
    summary: 'replays an outage and says what would have happened',
    load: () => import('./simulate/simulate-command.ts'),
  },
  report: { summary: 'writes a run as one HTML page', load: () => import('./report.ts') },
  worker: {
    summary: 'makes pictures for runs of other machines',
    load: () => import('./worker/worker-command.ts'),
  },
}

/** For somebody who has it in front of them for the first time. */
const FIRST_STEPS = `
With a key in GEMINI_API_KEY, or in OPENAI_API_KEY:
  spillway run prompts.txt --out images

Without one, a simulated model draws:
  spillway run prompts.txt --out images --simulate`

/** The program for a command line: all commands by name, and the one that is asked for with everything it has. */
export const programFor = async (io: CommandIo): Promise<Command> => {
  const { args } = io
  const program = new Command('spillway')
    .description('A file of prompts becomes a folder of images, paid for once, however overloaded the model is.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError()
    .addHelpText('after', FIRST_STEPS)
  const asked = args[0] === 'help' ? args[1] : args[0]
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    const command = asked === name ? (await load()).command(io) : new Command()
    program.addCommand(command.name(name).summary(summary))
  }
  for (const command of [program, ...program.commands])
    command
      .helpOption('-h, --help', 'print this help')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void io.stdout.write(text),
        writeErr: (text) => void io.stderr.write(text),
      })
  return program
}
