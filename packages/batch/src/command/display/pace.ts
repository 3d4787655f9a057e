/** How many minutes of the past say how fast it goes. */
const WINDOW_MS = 600_000
/** Fewer than so many say nothing. */
const FEWEST = 5
/** Nor does less time than this: the first pictures come together. */
const SHORTEST_MS = 60_000

/** How fast pictures are made, by those of the last ten minutes. */
export interface Pace {
  made(at: number): void
  /** Pictures a minute; `undefined` while too little is known, or where none was made for long. */
  perMinute(now: number): number | undefined
}

export function createPace(startedAt: number): Pace {
  let times: number[] = []
  return {
    made: (at) => void times.push(at),
    perMinute(now) {
      times = times.filter((at) => now - at <= WINDOW_MS)
      const overMs = Math.min(WINDOW_MS, now - startedAt)
      return times.length < FEWEST || overMs < SHORTEST_MS ? undefined : (times.length / overMs) * 60_000
    },
  }
}
