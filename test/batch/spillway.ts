import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** Its source. */
export const MAIN: string = join(import.meta.dirname, '../../packages/batch/src/main.ts')

/** How the program is started. */
export interface SpillwayOptions {
  /** Nothing else of this process's environment is handed on. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Written to standard input. */
  readonly input?: string
  /** Whether standard input does not end. */
  readonly staysOpen?: true
  /** The user whose process it is. */
  readonly uid?: number
}

/** What a run of the program has left. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The program, as a process of its own. */
export interface Spillway {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts `spillway` with some arguments. */
export function startSpillway(args: readonly string[], options: SpillwayOptions = {}): Spillway {
  const { env = {}, cwd = emptyFolder(), input, staysOpen = false, uid } = options
  const child = spawn(process.execPath, ['--conditions=@spillway/source', MAIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  })
  child.stdin.on('error', () => undefined)
  if (!staysOpen) child.stdin.end(input)
  const closed = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve([code, signal]))
  })
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
    ([[code, signal], stdout, stderr]): Ended => ({ code, signal, stdout, stderr }),
  )
  // Whoever closes a stream of it does not ask how it ended.
  ended.catch(() => undefined)
  return { process: child, ended }
}

/** Runs `spillway` to its end. */
export const spillway = (args: readonly string[], options?: SpillwayOptions): Promise<Ended> =>
  startSpillway(args, options).ended

/** A folder of the test's own. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'spillway-'))
