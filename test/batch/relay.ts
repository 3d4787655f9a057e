import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSimulator, presets, type Scenario, type Simulator } from '@spillway/simulator'
import { onTestFinished } from 'vitest'
import { emptyFolder } from './spillway.ts'

/** A model API until the test is over, and what the program is told of it. */
export const serve = async (
  scenario: Scenario = {},
  timeScale = 1000,
): Promise<{ simulator: Simulator; url: string; env: Record<string, string> }> => {
  const simulator = createSimulator({ ...presets.instant, imageSizePx: 16, ...scenario }, { timeScale })
  onTestFinished(() => simulator.close())
  const { url } = await simulator.listen()
  const env = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `${url}/v1` }
  return { simulator, url, env }
}

/** A key that must appear nowhere. */
export const CANARY = 'sk-canary-51c8a0e2'

/** A folder with a file of so many prompts. */
export const folderWith = (prompts: readonly string[]): string => {
  const cwd = emptyFolder()
  writeFileSync(join(cwd, 'prompts.txt'), prompts.map((prompt) => `${prompt}\n`).join(''))
  return cwd
}

export const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `heron ${i + 1}`)

export const RUN: readonly string[] = ['run', 'prompts.txt', '--out', 'images']

export const pictures = (cwd: string): number =>
  readdirSync(join(cwd, 'images')).filter((name) => name.endsWith('.png')).length
