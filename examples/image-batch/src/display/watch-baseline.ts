import type { Clock } from '@spillway/core'
import type { Scenario } from '@spillway/simulator'
import type { PromptResult } from '../run-strategy.ts'
import { phaseAt } from '../scenario.ts'
import type { Strategy } from '../strategies/strategy.ts'
import { bar } from './bar.ts'
import type { Screen } from './screen.ts'
import { fit, padEnd } from './style.ts'
import { clockTime } from './words.ts'

/** How often the display moves, in real milliseconds. */
export const FRAME_MS = 80

/** Shows one run; `stop` leaves its last state on the screen. */
export interface Watch {
  readonly onResult: (result: PromptResult) => void
  readonly stop: () => void
}

/** What a line about a run is drawn from. */
interface BaselineOptions {
  readonly screen: Screen
  readonly strategy: Strategy
  readonly total: number
  readonly clock: Clock
  readonly scenario: Scenario
}

/** One line for a run that there is little to say about. */
export function watchBaseline({ screen, strategy, total, clock, scenario }: BaselineOptions): Watch {
  const { style } = screen
  const startedAt = clock.now()
  const done = { made: 0, late: 0, failed: 0, canceled: 0 }
  const width = 32
  const line = (now: string): string => {
    const { made, late, failed } = done
    const parts = [
      { amount: made, paint: 'good', sign: '━' },
      { amount: late, paint: 'warn', sign: '━' },
      { amount: failed, paint: 'bad', sign: '━' },
    ] as const
    const words = [
      style.good(`${made} made`),
      ...(late > 0 ? [style.warn(`${late} late`)] : []),
      style.bad(`${failed} failed`),
    ]
    const time = clockTime(clock.now() - startedAt)
    const figures = padEnd(words.join(style.dim(' · ')), 20)
    return `${style.bold(padEnd(strategy.name, 17))}${bar(parts, total, width, style)}  ${figures}  ${style.dim(`${time}  ${now}`)}`
  }
  const drawing = setInterval(() => {
    const now = phaseAt(scenario, clock.now() - startedAt)
    screen.draw([line(fit(now, screen.size().columns - 80))])
  }, FRAME_MS)
  return {
    onResult: ({ outcome }) => void done[outcome]++,
    stop() {
      clearInterval(drawing)
      screen.print(line('').trimEnd())
    },
  }
}
