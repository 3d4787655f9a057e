import { inChild } from './child.ts'
import { composed } from './stacks.ts'
import { ratio, table, whole } from './table.ts'

interface InFlight {
  readonly startMs: number
  readonly drainMs: number
  readonly bytes: number
  readonly timers: number
  readonly longestTurn: number
}

const FEW = 10_000
const MANY = 100_000
/** A stack that is not done by then is quadratic. */
const LIMIT_MS = 20_000

const HEAD = [
  'stack',
  'bytes per call',
  'timers armed',
  `start + drain ${whole(FEW)}, ms`,
  `start + drain ${whole(MANY)}, ms`,
  'times ten calls',
  'longest turn, ms',
]

/** A hundred thousand calls in flight, each stack in a process of its own. */
export const inFlight = async (): Promise<string> => {
  const rows: string[][] = []
  let bare = 0
  for (const { name } of composed().filter((stack) => !stack.name.includes('listener'))) {
    const few = await quickest(name, FEW, 3)
    const many = await quickest(name, MANY, 2)
    if (few === undefined) throw new Error(`${name} did not end ${FEW} calls.`)
    const took = (run: InFlight): number => run.startMs + run.drainMs
    const { bytes, timers, longestTurn } = many ?? few
    bare ||= bytes
    rows.push([
      name,
      name === 'bare await' ? `(${whole(bytes)})` : whole(bytes - bare),
      whole(timers),
      whole(took(few)),
      many === undefined ? `not in ${LIMIT_MS / 1000} s` : `${whole(many.startMs)} + ${whole(many.drainMs)}`,
      many === undefined ? '–' : ratio(took(many) / took(few)),
      many === undefined ? '–' : whole(longestTurn),
    ])
  }
  return table(`${whole(MANY)} calls in flight, started and ended by a thousand in a turn`, HEAD, rows)
}

const quickest = async (name: string, calls: number, runs: number): Promise<InFlight | undefined> => {
  let best: InFlight | undefined
  for (let i = 0; i < runs; i++) {
    const run = await inChild<InFlight>('in-flight-child.ts', [name, `${calls}`], LIMIT_MS)
    if (run === undefined) return best
    if (best === undefined || run.startMs + run.drainMs < best.startMs + best.drainMs) best = run
  }
  return best
}
