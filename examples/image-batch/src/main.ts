import { relative } from 'node:path'
import { checkRealImage, checkSimulatedImage } from './check-image.ts'
import { compare } from './compare.ts'
import { conclusion } from './conclusion.ts'
import { type Screen, isLive, liveScreen, plainScreen } from './display/screen.ts'
import { count } from './display/words.ts'
import { EXIT, InputError } from './exit-codes.ts'
import { watchInterrupts } from './interrupt.ts'
import type { Job } from './job.ts'
import { readAccess, runLive } from './live.ts'
import { type Options, USAGE, readOptions } from './options.ts'
import { findMade, prepareFolder } from './out-folder.ts'
import { readPrompts } from './read-prompts.ts'
import type { StrategyReport } from './report.ts'
import { readScenario } from './scenario.ts'
import { table } from './table.ts'
import { removePartials, writeWhole } from './write-image.ts'

/** Runs the job and gives back the exit code. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    console.log(USAGE)
    return EXIT.allMade
  }
  const run = options.live
    ? runLive(readAccess(process.env, options))
    : compare(await readScenario(options.scenarioFile))
  const all = await readPrompts(options.promptsFile)
  await prepareFolder(options.outFolder)
  const check = options.live ? checkRealImage : checkSimulatedImage
  const there = options.resume ? await findMade(options.outFolder, all, check) : new Set()
  const prompts = all.filter((prompt) => !there.has(prompt))

  const screen = screenFor(options)
  const kills = new Set<() => void>()
  const interrupt = watchInterrupts(() => {
    for (const kill of kills) kill()
    removePartials()
  })
  const { signal } = interrupt
  const job: Job = { options, allPrompts: all.length, prompts, check, screen, signal, onKill: (kill) => kills.add(kill) }
  introduce(job, there.size)
  const reports = prompts.length === 0 ? [] : await run(job)
  await finish(job, reports)
  interrupt.stop()
  const made = (reports.at(-1)?.madeInTime ?? 0) + (reports.at(-1)?.madeLate ?? 0)
  return interrupt.code() ?? (made === prompts.length ? EXIT.allMade : EXIT.someFailed)
}

function screenFor({ plain, json }: Options): Screen {
  if (json) return plainScreen(() => undefined)
  const { stdout } = process
  return isLive(stdout, process.env) && !plain ? liveScreen(stdout) : plainScreen((text) => stdout.write(text))
}

function introduce({ options, prompts, allPrompts, screen }: Job, there: number): void {
  const already = there === 0 ? '' : `; ${there} of ${allPrompts} are there already`
  const where = options.live ? 'the real services, every image is paid for' : 'a simulated model API that is overloaded'
  screen.print('')
  screen.print(`${screen.style.bold(count(prompts.length, 'image'))} to make, against ${where}${already}.`)
  screen.print('')
}

async function finish({ options, screen, signal }: Job, reports: readonly StrategyReport[]): Promise<void> {
  const { outFolder, json } = options
  const sentences = conclusion(reports)
  const report = JSON.stringify({ interrupted: signal.aborted, seed: options.seed, strategies: reports, sentences }, null, 2)
  const reportFile = await writeWhole(outFolder, 'report.json', `${report}\n`)
  if (json) process.stdout.write(`${report}\n`)
  const { print, style } = screen
  if (!signal.aborted) for (const line of ['', ...table(reports, style), '', ...sentences, '']) print(line)
  const ours = reports.at(-1)
  for (const { number, why } of ours?.failures ?? []) print(style.bad(`#${number} has no image: ${why}`))
  const shown = (path: string): string => relative(process.cwd(), path) || '.'
  const kept = ours?.strategy === 'spillway' ? ours.madeInTime + ours.madeLate : 0
  if (signal.aborted) print(`Stopped. ${count(kept, 'image')} made in this run, all of them whole; --resume goes on from there.`)
  print(`${signal.aborted ? '' : `${count(kept, 'image')} in `}${shown(outFolder)}/, figures in ${shown(reportFile)}`)
}

// A reader that has left (`| head`) is no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.someFailed)
  throw error
})

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(error instanceof InputError ? error.message : error)
    process.exitCode = error instanceof InputError ? EXIT.badInput : EXIT.someFailed
  },
)
