import { execFileSync } from 'node:child_process'
import { ratio, table } from './table.ts'

const PACKAGES = ['cockatiel', '@spillway/core', 'p-retry', 'opossum', 'effect']
const RUNS = 15

const median = (samples: readonly number[]): number => samples.toSorted((a, b) => a - b)[samples.length >> 1] as number

/** The first import in a process that has nothing else to do, built package by built package in turn. */
export const importTime = (): string => {
  const samples = new Map<string, number[]>(PACKAGES.map((name) => [name, []]))
  for (let run = -1; run < RUNS; run++) {
    for (const [name, times] of samples) {
      const url = import.meta.resolve(name)
      const code = `const from = performance.now(); await import('${url}'); console.log(performance.now() - from)`
      const took = Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }))
      if (run >= 0) times.push(took)
    }
  }
  const first = samples.get('cockatiel') ?? []
  const rows = [...samples].map(([name, times]) => [
    name,
    median(times).toFixed(1),
    Math.min(...times).toFixed(1),
    ratio(median(times) / median(first)),
  ])
  return table(
    `Cold import, ${RUNS} fresh processes each`,
    ['package', 'median, ms', 'quickest, ms', "to cockatiel's"],
    rows,
  )
}
