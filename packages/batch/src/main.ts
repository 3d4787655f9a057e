#!/usr/bin/env node
import { CommanderError } from 'commander'
import { isSpillwayError } from '@spillway/core'
import { EXIT, type ExitCode } from './command/exit-codes.ts'
import { printable } from './command/printable.ts'
import { programFor } from './command/program.ts'
import { UsageError } from './command/usage-error.ts'
import { tooOldNode } from './doctor/check-node.ts'

/** What the program ends with when it could not do what it was asked for. */
function codeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  process.stderr.write(`${messageOf(error)}\n`)
  return isExplained(error) ? EXIT.usage : EXIT.someFailed
}

/** Our errors say what to put right; of any other one the place matters. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return printable(String(error))
  const text = isExplained(error) ? error.message : (error.stack ?? error.message)
  return text.split('\n').map(printable).join('\n')
}

const isExplained = (error: unknown): boolean =>
  isSpillwayError(error) || String((error as { code?: unknown }).code).startsWith('ERR_SPILLWAY_')

// A reader that has left (`| head`), or a log on a full disk, is no reason for a stack trace, and none to stop what is paid for.
const LOST: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO', 'ENOSPC', 'EDQUOT'])
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!LOST.has(error.code)) throw error
    // Without the data that was asked for it has not done what it was asked for.
    if (stream === process.stdout && error.code !== 'EPIPE')
      process.once('exit', () => (process.exitCode ||= EXIT.someFailed))
  })

const args = process.argv.slice(2)
const { stdin, stdout, stderr, env } = process
try {
  const end = (code: ExitCode): void => void (process.exitCode = code)
  // `doctor` says so beside everything else that it finds.
  const tooOld = args[0] === 'doctor' ? undefined : tooOldNode(process.version)
  if (tooOld !== undefined) throw new UsageError(`Node ${tooOld.found}. ${tooOld.todo}`)
  const program = await programFor({ stdin, stdout, stderr, env, args, end })
  if (args.length === 0) program.help({ error: true })
  await program.parseAsync(args, { from: 'user' })
} catch (error) {
  process.exitCode = codeOf(error)
}
