import type { Clock, Timer } from '@spillway/core'

/** Does something again and again, without keeping the process alive. Gives back how to end it. */
export const repeat = (clock: Clock, everyMs: number, work: () => void): (() => void) => {
  let timer: Timer
  const arm = (): void => {
    timer = clock.setTimer(everyMs, () => {
      arm()
      work()
    })
    timer.unref()
  }
  arm()
  return () => timer.cancel()
}
