import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { InputError } from './exit-codes.ts'

/** What the job was asked to do. */
export interface Options {
  readonly promptsFile: string
  readonly outFolder: string
  readonly scenarioFile: string
  readonly seed: number
  readonly concurrency: number
  /** Of the simulator; 0 takes any free one. */
  readonly port: number
  /** Whether Spillway may use the relay. */
  readonly relay: boolean
  /** Whether the loop tries again after 429 too. */
  readonly kindLoop: boolean
  /** Keeps images that are there already and makes the others. */
  readonly resume: boolean
  readonly live: boolean
  readonly plain: boolean
  readonly json: boolean
  readonly model: string | undefined
  readonly relayModel: string | undefined
}

export const USAGE = `usage: npm start -- [prompts.jsonl] [options]

Makes one image for each line of a file of prompts while the model API is overloaded, three times over: with the
official client alone, with the retry loop that people write by hand, and with Spillway. The API is simulated.

  prompts.jsonl       one JSON object a line: {"prompt": "…"}, "id" is optional (default: the example's 80 prompts)
  --out DIR           where the images and report.json go (default: out/ beside this example)
  --seed N            another run of chance (default: 1)
  --scenario FILE     another upstream (default: the example's scenario.json)
  --concurrency N     prompts at work at once, 1 to 1000 (default: 10)
  --no-relay          Spillway gets the official endpoint alone, as the other two do
  --kind-loop         the loop written by hand tries again after 429 too, not only after 503
  --port N            port of the simulated API (default: any free one)
  --resume            keeps the whole images in DIR and makes only the missing ones, with Spillway alone
  --plain             lines instead of the live display; also chosen by itself where there is no terminal
  --json              prints report.json and nothing else
  --live              the same job against the real services; costs money (below)
  --model NAME        image model of the official API (with --live)
  --relay-model NAME  image model of the relay (with --live)
  -h, --help

With --live: GEMINI_API_KEY is required; RELAY_BASE_URL and RELAY_API_KEY add an OpenAI-compatible relay.

exit code: 0 every prompt made, 1 some failed, 2 something to put right before any call, 130 interrupted`

const inExample = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/**
 * Reads the command line.
 *
 * @returns `'help'` when that was asked for
 * @throws InputError that names the option and its range
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parse(args)
  if (values.help === true) return 'help'
  if (positionals.length > 1) throw new InputError(`One file of prompts at a time, got ${positionals.join(' and ')}.`)
  if (values.live !== true && (values.model ?? values['relay-model']) !== undefined) {
    throw new InputError('--model and --relay-model choose among real models: use them with --live.')
  }
  return {
    promptsFile: positionals[0] ?? inExample('prompts.jsonl'),
    outFolder: values.out ?? inExample('out'),
    scenarioFile: values.scenario ?? inExample('src/scenario.json'),
    seed: whole('--seed', values.seed ?? '1', 0, 2 ** 31),
    concurrency: whole('--concurrency', values.concurrency ?? '10', 1, 1000),
    port: whole('--port', values.port ?? '0', 0, 65_535),
    relay: values['no-relay'] !== true,
    kindLoop: values['kind-loop'] === true,
    resume: values.resume === true,
    live: values.live === true,
    plain: values.plain === true,
    json: values.json === true,
    model: values.model,
    relayModel: values['relay-model'],
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        seed: { type: 'string' },
        scenario: { type: 'string' },
        concurrency: { type: 'string' },
        port: { type: 'string' },
        model: { type: 'string' },
        'relay-model': { type: 'string' },
        'no-relay': { type: 'boolean' },
        'kind-loop': { type: 'boolean' },
        resume: { type: 'boolean' },
        live: { type: 'boolean' },
        plain: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (cause) {
    // Node adds advice on its own API after the first sentence.
    const [problem] = (cause as Error).message.split('. ')
    throw new InputError(`${problem}.\n\n${USAGE}`, { cause })
  }
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new InputError(`${option} must be a whole number from ${min} to ${max}, got "${text}".`)
}
