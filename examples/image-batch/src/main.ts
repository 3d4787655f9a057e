import { relative } from 'node:path'
import type { Scenario } from '@spillway/simulator'
import { checkRealImage, checkSimulatedImage } from './check-image.ts'
import { compare } from './compare.ts'
import { conclusion } from './conclusion.ts'
import { type Screen, isLive, liveScreen, plainScreen } from './display/screen.ts'
import { count, wrapped } from './display/words.ts'
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
  const scenario = options.live ? undefined : await readScenario(options.scenarioFile)
  const run = scenario === undefined ? runLive(readAccess(process.env, options)) : compare(scenario)
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
  const job: Job = {
    options,
    allPrompts: all.length,
    prompts,
    check,
    screen,
    signal,
    onKill: (kill) => kills.add(kill),
  }
  introduce(job, there.size, scenario)
  const reports = prompts.length === 0 ? [] : await run(job)
  await finish(job, reports)
  interrupt.stop()
  return interrupt.code() ?? (keptBy(reports) === prompts.length ? EXIT.allMade : EXIT.someFailed)
}

function screenFor({ plain, json }: Options): Screen {
  if (json) return plainScreen(() => undefined)
  const { stdout } = process
  return isLive(stdout, process.env) && !plain ? liveScreen(stdout) : plainScreen((text) => stdout.write(text))
}

function introduce({ prompts, allPrompts, screen }: Job, there: number, scenario: Scenario | undefined): void {
  const already = there === 0 ? '' : `; ${there} of ${allPrompts} are there already`
  const where =
    scenario === undefined
      ? 'with the real services: every image is paid for'
      : `while the model API is overloaded (simulated, ${scenario.timeScale ?? 1} times as fast)`
  const sentence = `${count(prompts.length, 'image')} to make ${where}${already}.`
  for (const line of ['', ...wrapped(sentence, widthOf(screen)), '']) screen.print(line)
}

async function finish({ options, screen, signal }: Job, reports: readonly StrategyReport[]): Promise<void> {
  const { outFolder, json } = options
  const sentences = conclusion(reports)
  const report = JSON.stringify(
    { interrupted: signal.aborted, seed: options.seed, strategies: reports, sentences },
    null,
    2,
  )
  const reportFile = await writeWhole(outFolder, 'report.json', `${report}\n`)
  if (json) process.stdout.write(`${report}\n`)
  const { print, style } = screen
  const paragraphs = sentences.flatMap((sentence) => wrapped(sentence, widthOf(screen)))
  if (!signal.aborted) for (const line of ['', ...table(reports, style), '', ...paragraphs, '']) print(line)
  for (const { number, why } of spillwayOf(reports)?.failures ?? []) print(style.bad(`#${number} has no image: ${why}`))
  const shown = (path: string): string => relative(process.cwd(), path) || '.'
  const kept = keptBy(reports)
  if (signal.aborted)
    print(`Stopped. ${count(kept, 'image')} made in this run, all of them whole; --resume goes on from there.`)
  print(`${signal.aborted ? '' : `${count(kept, 'image')} in `}${shown(outFolder)}/, figures in ${shown(reportFile)}`)
}

const widthOf = (screen: Screen): number => Math.min(100, screen.size().columns - 1)

const spillwayOf = (reports: readonly StrategyReport[]): StrategyReport | undefined =>
  reports.find(({ strategy }) => strategy === 'spillway')

/** How many images this run has put into the folder. */
function keptBy(reports: readonly StrategyReport[]): number {
  const ours = spillwayOf(reports)
  return ours === undefined ? 0 : ours.madeInTime + ours.madeLate
}

// A reader that has left (`| head`) is no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.someFailed)
  throw error
})

main().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof InputError ? error.message : error)
    process.exitCode = error instanceof InputError ? EXIT.badInput : EXIT.someFailed
  },
)
