import type { Stack } from './stacks.ts'

/** Something to time: one batch of calls. */
export interface Batch {
  readonly name: string
  /** Gives nanoseconds per call. */
  run(): Promise<number>
}

/** A batch beside the first one of its list. */
export interface Compared extends Spread {
  readonly name: string
  /** Nanoseconds per call on this machine, for orientation. */
  readonly ns: number
}

/** The median of the ratios and the quartiles around it; `best` is the ratio of the quickest batches, which a busy machine hardly moves. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly best: number
}

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

/** Few enough that some batches are over before anything else gets the processor; a multiple of 64. */
const CALLS = 1280
const WARM_UP_ROUNDS = 10
const answer = async (): Promise<number> => 1
/** Needs one turn of the event loop, as whatever comes from a socket does. */
const answerLater = (): Promise<number> => new Promise((resolve) => void setImmediate(resolve, 1))

const timed = async (calls: number, work: () => Promise<void>): Promise<number> => {
  const began = performance.now()
  await work()
  return ((performance.now() - began) * 1e6) / calls
}

export const oneByOne = (name: string, execute: () => Promise<unknown>, calls: number = CALLS): Batch => ({
  name,
  run: () =>
    timed(calls, async () => {
      for (let i = 0; i < calls; i++) await execute()
    }),
})

const sixtyFour = ({ name, execute }: Stack): Batch => ({
  name,
  run: () =>
    timed(CALLS, async () => {
      for (let i = 0; i < CALLS; i += 64) {
        const calls: Promise<unknown>[] = []
        for (let k = 0; k < 64; k++) calls.push(execute(answer))
        await Promise.all(calls)
      }
    }),
})

const spread = (samples: readonly number[], best = Number.NaN): Spread => {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (ratio: number): number => sorted[Math.floor(ratio * (sorted.length - 1))] ?? Number.NaN
  return { median: at(0.5), low: at(0.25), high: at(0.75), best }
}

/** Runs all batches in turn, each between two of the first one, to which the ratios are. */
export const compare = async (batches: readonly Batch[], rounds: number): Promise<Compared[]> => {
  const bare = batches[0] as Batch
  const samples = batches.map(() => ({ ratios: [] as number[], ns: [] as number[] }))
  let quickestBare = Infinity
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [i, batch] of batches.entries()) {
      const before = await bare.run()
      const ns = await batch.run()
      const after = await bare.run()
      if (round < 0) continue // warm-up
      quickestBare = Math.min(quickestBare, before, after)
      samples[i]?.ratios.push((2 * ns) / (before + after))
      samples[i]?.ns.push(ns)
    }
  }
  return batches.map(({ name }, i) => {
    const { ratios = [], ns = [] } = samples[i] ?? {}
    return { name, ...spread(ratios, Math.min(...ns) / quickestBare), ns: spread(ns).median }
  })
}

/**
 * Bytes allocated per call, in runs too short for most collections; those that one falls into are not the median. A forced
 * collection would throw optimized code away, and the code that replaces it allocates more.
 */
const bytesPerCall = async ({ execute }: Stack): Promise<number> => {
  const samples: number[] = []
  for (let round = 0; round < 21; round++) {
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < 300; i++) await execute(answer)
    samples.push((process.memoryUsage().heapUsed - before) / 300)
  }
  return spread(samples).median
}

/** Measures every stack beside the first, which is the bare one. */
export const measure = async (stacks: readonly Stack[], rounds: number): Promise<Cost[]> => {
  const inSequence = await compare(
    stacks.map(({ name, execute }) => oneByOne(name, () => execute(answer))),
    rounds,
  )
  const atOnce = await compare(stacks.map(sixtyFour), rounds)
  const costs: Cost[] = []
  for (const [i, stack] of stacks.entries()) {
    const sequence = inSequence[i] as Compared
    costs.push({
      name: stack.name,
      inSequence: sequence,
      atOnce: atOnce[i] as Compared,
      bytes: await bytesPerCall(stack),
      ns: sequence.ns,
    })
  }
  return costs
}

/** The same where the function takes a turn of the event loop. */
export const afterATurn = (stacks: readonly Stack[], rounds: number): Promise<Compared[]> =>
  compare(
    stacks.map(({ name, execute }) => oneByOne(name, () => execute(answerLater), 100)),
    rounds,
  )
