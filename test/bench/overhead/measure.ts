import type { Stack } from './stacks.ts'

/** What one stack costs, as ratios to a bare await measured right beside it. */
export interface Cost {
  readonly name: string
  /** One call after the other. */
  readonly inSequence: Spread
  /** Sixty-four at once. */
  readonly atOnce: Spread
  /** Bytes allocated per call. */
  readonly bytes: number
  /** Nanoseconds per call in sequence, on this machine, for orientation. */
  readonly ns: number
}

/** The median and the quartiles around it; `best` is the ratio of the quickest batches, which a busy machine hardly moves. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly best: number
}

const CALLS = 6400
const answer = async (): Promise<number> => 1

const inSequence = async (stack: Stack): Promise<number> => {
  const began = performance.now()
  for (let i = 0; i < CALLS; i++) await stack.execute(answer)
  return ((performance.now() - began) * 1e6) / CALLS
}

const atOnce = async (stack: Stack): Promise<number> => {
  const began = performance.now()
  for (let i = 0; i < CALLS; i += 64) {
    const calls: Promise<unknown>[] = []
    for (let k = 0; k < 64; k++) calls.push(stack.execute(answer))
    await Promise.all(calls)
  }
  return ((performance.now() - began) * 1e6) / CALLS
}

const bytesPerCall = async (stack: Stack): Promise<number> => {
  const samples: number[] = []
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 2000; i++) await stack.execute(answer)
    samples.push((process.memoryUsage().heapUsed - before) / 2000)
  }
  return spread(samples).median
}

export const spread = (samples: readonly number[]): Spread => {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (ratio: number): number => sorted[Math.floor(ratio * (sorted.length - 1))] ?? Number.NaN
  return { median: at(0.5), low: at(0.25), high: at(0.75), best: at(0) }
}

/** Measures every stack in turn, each batch between two of the first, which is the bare one. */
export const measure = async (stacks: readonly Stack[], rounds: number): Promise<Cost[]> => {
  const bare = stacks[0] as Stack
  const ratios = stacks.map(() => ({ sequence: [] as number[], once: [] as number[], ns: [] as number[] }))
  const quickest = {
    bare: Infinity,
    bareOnce: Infinity,
    own: stacks.map(() => Infinity),
    once: stacks.map(() => Infinity),
  }
  for (let round = -2; round < rounds; round++) {
    for (const [i, stack] of stacks.entries()) {
      const before = await inSequence(bare)
      const ns = await inSequence(stack)
      const after = await inSequence(bare)
      const onceBefore = await atOnce(bare)
      const once = await atOnce(stack)
      const onceAfter = await atOnce(bare)
      if (round < 0) continue // warm-up
      quickest.bare = Math.min(quickest.bare, before, after)
      quickest.bareOnce = Math.min(quickest.bareOnce, onceBefore, onceAfter)
      quickest.own[i] = Math.min(quickest.own[i] as number, ns)
      quickest.once[i] = Math.min(quickest.once[i] as number, once)
      const row = ratios[i] as (typeof ratios)[number]
      row.sequence.push((2 * ns) / (before + after))
      row.once.push((2 * once) / (onceBefore + onceAfter))
      row.ns.push(ns)
    }
  }
  const costs: Cost[] = []
  for (const [i, stack] of stacks.entries()) {
    const row = ratios[i] as (typeof ratios)[number]
    costs.push({
      name: stack.name,
      inSequence: { ...spread(row.sequence), best: (quickest.own[i] as number) / quickest.bare },
      atOnce: { ...spread(row.once), best: (quickest.once[i] as number) / quickest.bareOnce },
      bytes: await bytesPerCall(stack),
      ns: spread(row.ns).median,
    })
  }
  return costs
}
