import type { Scenario } from '@spillway/simulator'
import { events$ } from '@spillway/rxjs'
import { Subject, interval, map, merge, scan } from 'rxjs'
import type { PromptResult } from '../run-strategy.ts'
import { phaseAt } from '../scenario.ts'
import type { SpillwayStrategy } from '../strategies/spillway.ts'
import { frame, happeningLine } from './frame.ts'
import { type News, initialProgress, progressAfter } from './progress.ts'
import type { Screen } from './screen.ts'
import { FRAME_MS, type Watch } from './watch-baseline.ts'

/** What the display needs besides the strategy. */
export interface WatchOptions {
  readonly screen: Screen
  readonly title: string
  readonly total: number
  readonly endpoints: readonly string[]
  /** What the upstream goes through, where that is known. */
  readonly scenario?: Scenario
}

/** Follows the pipeline's events: drawn many times a second in a terminal, else one line for what matters. */
export function watchSpillway({ pipeline, promptOf }: SpillwayStrategy, options: WatchOptions): Watch {
  const { screen, title, total, endpoints, scenario } = options
  const { style } = screen
  const { clock } = pipeline
  const startedAt = clock.now()
  const startedAtReal = performance.now()
  const results$ = new Subject<PromptResult>()
  const initial = initialProgress(total, endpoints)
  let latest = initial

  const progress$ = merge(
    events$(pipeline).pipe(map((event): News => ({ event, promptOf }))),
    results$.pipe(map((result): News => ({ result, at: clock.now() }))),
  ).pipe(scan(progressAfter, initial))

  const draw = (): void => {
    const elapsedMs = clock.now() - startedAt
    const words = scenario === undefined ? undefined : phaseAt(scenario, elapsedMs)
    const lines = frame({
      progress: latest,
      title,
      elapsedMs,
      startedAt,
      style,
      ...screen.size(),
      ...(scenario !== undefined && { realMs: performance.now() - startedAtReal }),
      ...(words !== undefined && { weather: { words, calm: words === 'ordinary load' } }),
    })
    screen.draw(lines)
  }

  const following = progress$.subscribe((progress) => {
    const [newest] = progress.recent
    if (!screen.live && newest !== undefined && newest !== latest.recent[0] && newest.important) {
      screen.print(happeningLine(newest, startedAt, screen.size().columns, style))
    }
    latest = progress
  })
  const drawing = screen.live ? interval(FRAME_MS).subscribe(draw) : undefined
  return {
    onResult: (result) => results$.next(result),
    stop() {
      drawing?.unsubscribe()
      following.unsubscribe()
      draw()
      screen.leave()
    },
  }
}
