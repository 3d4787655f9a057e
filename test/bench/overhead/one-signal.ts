import { inChild } from './child.ts'
import { composed } from './stacks.ts'
import { table, whole } from './table.ts'

interface OneSignal {
  readonly tookMs: number
  readonly keptBytes: number
  readonly left: number
  readonly during: number
  readonly leftAfter: number
}

const CALLS = 60_000
const HEAD = ['stack', 'heap kept, kB', 'listeners left', 'listeners with 1,000 in flight', 'left after those', 'ms']

/** Tens of thousands of calls that get the signal of the process; only stacks that take one. */
export const oneSignal = async (): Promise<string> => {
  const rows: string[][] = []
  for (const { name, takesSignal } of composed()) {
    if (!takesSignal) continue
    const run = await inChild<OneSignal>('one-signal-child.ts', [name, `${CALLS}`], 30_000)
    if (run === undefined) throw new Error(`${name} did not end ${CALLS} calls.`)
    const { tookMs, keptBytes, left, during, leftAfter } = run
    rows.push([name, (keptBytes / 1000).toFixed(0), ...[left, during, leftAfter, tookMs].map(whole)])
  }
  return table(`${whole(CALLS)} calls over one long-lived signal`, HEAD, rows)
}
