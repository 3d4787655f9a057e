import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

const MAIN = join(import.meta.dirname, '../../../packages/batch/src/main.ts')
export const PROMPTS = Array.from({ length: 30 }, (_, n) => `a weir, number ${n}`)

/** `spillway` as a process. */
export interface Program {
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

/** Where @spillway/bullmq is installed, as in the project of whoever uses it. */
const PROJECT = join(import.meta.dirname, '../..')

export const spillway = (
  context: TestContext,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = PROJECT,
): Program => {
  const child = spawn(process.execPath, ['--conditions=@spillway/source', MAIN, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  context.onTestFinished(() => void child.kill('SIGKILL'))
  return { child, said: () => said, ended }
}

/** A folder for the pictures, and a file of prompts. */
export const newFolder = (context: TestContext): { readonly out: string; readonly file: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-queue-'))
  context.onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'prompts.txt')
  writeFileSync(file, `${PROMPTS.join('\n')}\n`)
  return { out: join(folder, 'images'), file }
}
