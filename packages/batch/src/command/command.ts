import type { Command } from 'commander'
import type { ExitCode } from './exit-codes.ts'

/** Where a command reads and writes. Standard output is for data, standard error for people. */
export interface CommandIo {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
  /** The command line, without the program's own name. */
  readonly args: readonly string[]
  /** Says what the program ends with; without a word it is 0. */
  end(code: ExitCode): void
}

/** What the module of a command exports: its arguments, options and action. */
export interface CommandModule {
  readonly command: (io: CommandIo) => Command
}
