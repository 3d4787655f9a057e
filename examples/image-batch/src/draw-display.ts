import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { checkSimulatedImage } from './check-image.ts'
import { compare } from './compare.ts'
import { frameToSvg } from './display/frame-to-svg.ts'
import type { Screen } from './display/screen.ts'
import { COLOURS } from './display/style.ts'
import { type Options, readOptions } from './options.ts'
import { readPrompts } from './read-prompts.ts'
import { readScenario } from './scenario.ts'

const PICTURE = fileURLToPath(new URL('../../../docs/images/image-batch.svg', import.meta.url))
const ALT = 'The live display of the image job: progress, what each endpoint does, and what happened last'

// Runs the job as it is and keeps one of its frames for the documentation: one in which a circuit is open.
const frames: (readonly string[])[] = []
const screen: Screen = {
  live: true,
  style: COLOURS,
  size: () => ({ columns: 97, rows: 30 }),
  print: () => undefined,
  draw: (lines) => void frames.push(lines),
  leave: () => undefined,
}
const outFolder = await mkdtemp(join(tmpdir(), 'image-batch-'))
const options: Options = { ...(readOptions([]) as Options), outFolder, resume: true }
const prompts = await readPrompts(options.promptsFile)
const { signal } = new AbortController()
const job = {
  options,
  allPrompts: prompts.length,
  prompts,
  check: checkSimulatedImage,
  screen,
  signal,
  onKill: () => undefined,
}
await compare(await readScenario(options.scenarioFile))(job)
await rm(outFolder, { recursive: true })

const shows = (lines: readonly string[], words: RegExp): boolean =>
  words.test(stripVTControlCharacters(lines.join('\n')))
const telling = frames.filter((lines) => shows(lines, /outage/) && shows(lines, /○ open/))
const choice = telling.length > 0 ? telling : frames
const chosen = choice[Math.floor(choice.length / 2)] ?? []
await mkdir(dirname(PICTURE), { recursive: true })
await writeFile(PICTURE, frameToSvg(chosen, ALT))
console.log(`${PICTURE}: frame ${frames.indexOf(chosen) + 1} of ${frames.length}`)
