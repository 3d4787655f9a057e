import { type Clock, type Pipeline, systemClock } from '@spillway/core'
import type { QueueCounts } from '../../queue/batch-queue.ts'
import type { BatchEvent } from '../../run/run-events.ts'
import { type FrameInput, frame, happeningLine, lastFrame, progressLine } from './frame.ts'
import type { Happening } from './happening.ts'
import { createProgress } from './progress.ts'
import type { Screen } from './screen.ts'
import type { Style } from './style.ts'

/** What is shown of a run, and where. */
export interface WatchOptions extends Pick<FrameInput, 'title' | 'priced'> {
  readonly screen: Screen
  readonly style: Style
  readonly pipeline: Pipeline
  readonly endpoints: readonly string[]
  /** The run's own; drawing goes by real time. */
  readonly clock: Clock
  readonly deadlineAt: number | undefined
  readonly maxCost: number | undefined
}

/** A run that is shown. */
export interface Watch {
  readonly onEvent: (event: BatchEvent) => void
  /** Passes on the items of the input, and shows how many have come. */
  counted<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterable<T>
  /** How the queue stands whose workers make the pictures. */
  readonly onQueue: (counts: QueueCounts) => void
  /** A line of its own, among what is shown. */
  print(line: string): void
  /** The last look, and no timer any more. */
  stop(): void
}

const FRAME_MS = 100
/** In a log the first look comes after ten seconds, and each next one after half as long again, up to ten minutes. */
const FIRST_LINE_MS = 10_000
const LONGEST_MS = 600_000
const GROWTH = 1.5
/** Of what happens to many items the first few are told: errors.jsonl has them all. */
const MOST_ALIKE = 3
/** A log that nobody looks at must not fill a disk. */
const MOST_NEWS = 200

/** Shows a run while it works: a part that is redrawn in a terminal, else a line from time to time. */
export function watchRun(options: WatchOptions): Watch {
  const { screen, style, pipeline, clock, deadlineAt, maxCost, title, priced } = options
  const startedAt = clock.now()
  const progress = createProgress(options.endpoints, () => clock.now())
  let news = 0
  const alike = new Map<string, number>()
  let timer: ReturnType<Clock['setTimer']> | undefined
  let nextMs = screen.live ? FRAME_MS : FIRST_LINE_MS

  const input = (): FrameInput => ({
    progress,
    title,
    startedAt,
    now: clock.now(),
    wallNow: clock.wallTime(),
    priced,
    style,
    ...screen.size(),
    ...(deadlineAt !== undefined && { deadlineAt }),
    ...(maxCost !== undefined && { maxCost }),
  })

  const tell = (happening: Happening | undefined): void => {
    if (happening === undefined || screen.live || news === MOST_NEWS) return
    const times = (alike.get(happening.what) ?? 0) + 1
    alike.set(happening.what, times)
    if (times > MOST_ALIKE) return
    news += 1
    const more =
      news === MOST_NEWS ? '; no more news are printed' : times === MOST_ALIKE ? '; more of these are not printed' : ''
    const what = more === '' ? happening.what : `${happening.what.replace(/\.$/, '')}${more}`
    screen.print(happeningLine({ ...happening, what }, startedAt, screen.size().columns, style))
  }

  const look = (): void => {
    if (screen.live) screen.draw(frame(input()))
    else {
      screen.print(progressLine(input()))
      nextMs = Math.min(LONGEST_MS, nextMs * GROWTH)
    }
    timer = systemClock.setTimer(nextMs, look)
  }
  timer = systemClock.setTimer(nextMs, look)
  const listening = pipeline.events.subscribe((event) => tell(progress.onPipeline(event)))

  return {
    onEvent: (event) => tell(progress.onRun(event)),
    async *counted(items) {
      for await (const item of items) {
        progress.onRead()
        yield item
      }
    },
    onQueue: (counts) => progress.onQueue(counts),
    print: (line) => screen.print(line),
    stop() {
      timer?.cancel()
      listening.unsubscribe()
      if (screen.live) {
        screen.leave()
        for (const line of lastFrame(input())) screen.print(line)
      }
    },
  }
}
