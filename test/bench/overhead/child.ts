import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Runs a file of this folder in a process of its own and reads the JSON it prints; `undefined` when it takes too long. */
export const inChild = async <R>(file: string, args: readonly string[], limitMs: number): Promise<R | undefined> => {
  try {
    const { stdout } = await run(
      process.execPath,
      ['--expose-gc', ...process.execArgv, join(import.meta.dirname, file), ...args],
      {
        timeout: limitMs,
        killSignal: 'SIGKILL',
      },
    )
    return JSON.parse(stdout) as R
  } catch (error) {
    if ((error as { killed?: boolean }).killed) return undefined
    throw error
  }
}
