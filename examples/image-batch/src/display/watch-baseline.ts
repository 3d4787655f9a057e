import type { Clock } from '@spillway/core'
import type { PromptResult } from '../run-strategy.ts'
import type { Strategy } from '../strategies/strategy.ts'
import { bar } from './bar.ts'
import type { Screen } from './screen.ts'
import { padEnd } from './style.ts'
import { clockTime } from './words.ts'

/** How often the display moves, in real milliseconds. */
export const FRAME_MS = 80

/** Shows one run; `stop` leaves its last state on the screen. */
export interface Watch {
  onResult(result: PromptResult): void
  stop(): void
}

/** One line for a run that there is little to say about. */
export function watchBaseline(screen: Screen, strategy: Strategy, total: number, clock: Clock): Watch {
  const { style } = screen
  const startedAt = clock.now()
  const done = { made: 0, late: 0, failed: 0, canceled: 0 }
  const width = 32
  const line = (): string => {
    const { made, late, failed } = done
    const parts = [
      { amount: made, paint: 'good', sign: '━' },
      { amount: late, paint: 'warn', sign: '━' },
      { amount: failed, paint: 'bad', sign: '━' },
    ] as const
    const words = [style.good(`${made} made`), ...(late > 0 ? [style.warn(`${late} late`)] : []), style.bad(`${failed} failed`)]
    const time = style.dim(clockTime(clock.now() - startedAt))
    return `${style.bold(padEnd(strategy.name, 17))}${bar(parts, total, width, style)}  ${words.join(style.dim(' · '))}  ${time}`
  }
  const timer = setInterval(() => screen.draw([line()]), FRAME_MS)
  return {
    onResult: ({ outcome }) => void done[outcome]++,
    stop() {
      clearInterval(timer)
      if (!screen.live) return screen.print(line())
      screen.draw([line()])
      screen.leave()
    },
  }
}
