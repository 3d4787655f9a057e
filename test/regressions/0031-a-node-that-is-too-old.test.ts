import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { MAIN } from '../batch/spillway.ts'

/** Runs before the program, and has it take this Node for an older one. */
const OLDER = `data:text/javascript,Object.defineProperty(process, 'version', { value: 'v20.20.2' })`

const spillway = (...args: readonly string[]): { readonly code: number | null; readonly stderr: string } => {
  const started = ['--conditions=@spillway/source', '--import', OLDER, MAIN, ...args]
  const { status: code, stderr } = spawnSync(process.execPath, started, { encoding: 'utf8' })
  return { code, stderr }
}

// It was a stack trace of whatever Node 20 missed first, after the input had been read.
it('says that Node is too old before anything else', () => {
  const refused = { code: 2, stderr: 'Node v20.20.2 is too old. Take Node 22.15 or newer.\n' }
  expect(spillway('run', 'prompts.txt', '--out', 'images', '--simulate')).toEqual(refused)
})
