import type { Command } from 'commander'
import { UsageError } from './usage-error.ts'

/** Which queue is meant. */
export interface QueueCommandOptions {
  readonly redis?: string | true
  readonly postgres?: string | true
  readonly queueName?: string
}

/** Where the addresses are, where the command line has none: passwords in it are seen by everybody on the machine. */
const VARIABLES = { redis: 'REDIS_URL', postgres: 'DATABASE_URL' } as const

/** The options that `run` and `worker` have in common. */
export const withQueueOptions = (command: Command): Command =>
  command
    .option('--redis [url]', 'a queue in Redis: redis:// or, with TLS, rediss:// (without an address: REDIS_URL)')
    .option('--postgres [url]', 'a queue in PostgreSQL: postgres:// (without an address: DATABASE_URL)')
    .option('--queue-name <name>', 'what runs and workers have in common (default: spillway)')

/** Whether the work is done by workers. @throws UsageError for the name of a queue that is nowhere */
export const isQueued = ({ redis, postgres, queueName }: QueueCommandOptions): boolean => {
  const queued = (redis ?? postgres) !== undefined
  if (!queued && queueName !== undefined)
    throw new UsageError('--queue-name is the name of a queue: say where it is with --redis or --postgres.')
  return queued
}

/** The queue's address. @throws UsageError where there is none, or two; it shows none */
export const queueUrlOf = (options: QueueCommandOptions, env: NodeJS.ProcessEnv): string => {
  const { redis, postgres } = options
  if (redis !== undefined && postgres !== undefined) throw new UsageError('Give one of --redis and --postgres.')
  const [kind, given] = redis === undefined ? (['postgres', postgres] as const) : (['redis', redis] as const)
  if (given === undefined) throw new UsageError('Say where the queue is: --redis or --postgres.')
  const url = given === true ? env[VARIABLES[kind]]?.trim() : given
  if (url === undefined || url === '')
    throw new UsageError(`--${kind} has no address, and ${VARIABLES[kind]} is not set.`)
  const schemes = kind === 'redis' ? ['redis:', 'rediss:'] : ['postgres:', 'postgresql:']
  if (schemes.includes(URL.parse(url)?.protocol ?? '')) return url
  throw new UsageError(
    `--${kind} takes an address that begins with ${schemes.map((each) => `${each}//`).join(' or ')}.`,
  )
}

/** A command line as it may be printed: without the passwords of addresses. */
export const withoutPasswords = (args: readonly string[]): readonly string[] =>
  args.map((arg) => arg.replace(/(\w:\/\/)[^/@]*@/, '$1…@'))
