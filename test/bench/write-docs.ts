// Runs the benchmarks and writes what comes out, and what is not reached, between the marks of docs/benchmarks.md:
// `pnpm bench:docs [overhead|outcome|service|batch] [arguments for that one]`, after a build. Takes about four minutes, best on a machine with
// nothing else to do; on any other, `pnpm bench:docs overhead --rounds 200` finds quicker batches.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { outcomeTargets, overheadTargets } from './targets.ts'

const root = join(import.meta.dirname, '../..')
const page = join(root, 'docs/benchmarks.md')

const benches = {
  overhead: { command: 'pnpm bench', file: 'overhead/main.ts', args: [], targets: overheadTargets },
  outcome: {
    command: 'pnpm bench:outcome --seeds 3',
    file: 'outcome/main.ts',
    args: ['--seeds', '3'],
    targets: outcomeTargets,
  },
  service: { command: 'pnpm bench:service', file: 'service/main.ts', args: [], targets: undefined },
  batch: { command: 'pnpm bench:batch', file: 'batch/main.ts', args: [], targets: undefined },
} as const

const write = (mark: string, text: string): void => {
  const old = readFileSync(page, 'utf8')
  const place = new RegExp(`(<!-- bench ${mark} -->\n)[\\s\\S]*?(<!-- end -->)`)
  if (!place.test(old)) throw new Error(`docs/benchmarks.md has no mark for ${mark}.`)
  writeFileSync(
    page,
    old.replace(place, (_, start: string, end: string) => `${start}\n${text.trim()}\n\n${end}`),
  )
}

const [wanted, ...more] = process.argv.slice(2)
for (const [name, { command, file, args, targets }] of Object.entries(benches)) {
  if (wanted !== undefined && wanted !== name) continue
  const tables = execFileSync(process.execPath, [join(import.meta.dirname, file), ...args, ...more], {
    encoding: 'utf8',
  })
  const processors = cpus()
  const where = `Node ${process.version.slice(1)}, ${processors.length} × ${processors[0]?.model ?? 'unknown'}`
  const made = `Made by \`${[command, ...more].join(' ')}\` on ${new Date().toISOString().slice(0, 10)}, ${where}.`
  write(name, `${made}\n\n${tables}`)
  if (targets !== undefined) write(`${name} targets`, targets(tables))
}
execFileSync(process.execPath, [join(root, 'node_modules/oxfmt/bin/oxfmt'), page])
