import type { CheckImage } from './check-image.ts'
import type { Screen } from './display/screen.ts'
import { imageName } from './image-name.ts'
import type { Options } from './options.ts'
import type { Prompt } from './read-prompts.ts'
import type { StrategyReport } from './report.ts'
import type { RunOptions } from './run-strategy.ts'
import { writeWhole } from './write-image.ts'

/** What is to be done, once everything has been checked. */
export interface Job {
  readonly options: Options
  /** All of the file, for the names of the images. */
  readonly allPrompts: number
  /** Those still to be made. */
  readonly prompts: readonly Prompt[]
  readonly check: CheckImage
  readonly screen: Screen
  readonly signal: AbortSignal
  /** Registers what has to be ended at once when there is no time for more. */
  onKill(kill: () => void): void
}

/** Runs a job; one report for each strategy. */
export type RunJob = (job: Job) => Promise<readonly StrategyReport[]>

/** Stores images in the job's folder, each as soon as it is made. */
export const keepIn =
  ({ options, allPrompts }: Job): NonNullable<RunOptions['keep']> =>
  (prompt, bytes, format) =>
    writeWhole(options.outFolder, imageName(prompt, allPrompts, format), bytes)
