// The one command before a commit: `pnpm check`. Runs every step, two at a time, prints what failed in full and ends with
// one line of totals over all of them. A step that runs vitest counts each test; every other step counts as one check.
// `pnpm check lint test` runs only the named steps (and what they need).
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { addTotals, SKIPPED, totalsLine, type Totals } from './totals.ts'

interface Step {
  name: string
  command: string
  needs?: string[]
  /** vitest writes its totals to a file. */
  tests?: boolean
}

const vitest = 'node node_modules/vitest/vitest.mjs run'
const steps: Step[] = [
  { name: 'build', command: 'node scripts/build.ts' },
  {
    name: 'test',
    command: `${vitest} --project unit --project alone --project integration --project programs --project types`,
    tests: true,
  },
  { name: 'types', command: 'tsc -p tsconfig.test.json' },
  { name: 'lint', command: 'oxlint --deny-warnings' },
  { name: 'format', command: 'oxfmt --check' },
  { name: 'arrows', command: 'node scripts/arrows.ts' },
  { name: 'unused', command: 'knip --no-config-hints' },
  { name: 'api', command: 'node scripts/api-reports.ts', needs: ['build'] },
  { name: 'package', command: `${vitest} --project packaging`, needs: ['build'], tests: true },
  { name: 'size', command: 'size-limit', needs: ['build'] },
  {
    name: 'tables',
    command:
      'node scripts/doc-tables.ts --check && node scripts/trap-table.ts --check && node scripts/monitoring.ts --check',
  },
  { name: 'changeset', command: 'node scripts/changeset-status.ts' },
]

const root = join(import.meta.dirname, '..')
const cache = join(root, 'node_modules/.cache/spillway')
const LANES = 2
/** A step that takes longer hangs: the whole check must stay under five minutes, of which the tests take most. */
const LIMIT_SECONDS = 270
const ownGroup = process.platform !== 'win32'
const running = new Set<ChildProcess>()

/** A step is a shell with children of its own, so all of its group is ended. */
function end(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(ownGroup ? -child.pid : child.pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    for (const child of running) end(child)
    process.exit(130)
  })

interface Result {
  name: string
  ok: boolean
  seconds: number
  output: string
  totals: Totals
}

function run(step: Step): Promise<Result> {
  const started = performance.now()
  const file = join(cache, `${step.name}.json`)
  rmSync(file, { force: true })
  return new Promise((resolve) => {
    const child = spawn(step.command, {
      cwd: root,
      shell: true,
      detached: ownGroup,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
        SPILLWAY_TOTALS: file,
      },
    })
    running.add(child)
    let output = ''
    const limit = setTimeout(() => {
      output += `\nended after ${LIMIT_SECONDS} s\n`
      end(child)
    }, LIMIT_SECONDS * 1000)
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('close', (exit, signal) => {
      clearTimeout(limit)
      running.delete(child)
      if (signal) output += `\nended by ${signal}\n`
      const seconds = (performance.now() - started) / 1000
      const totals = countOf(step, exit ?? 1, output, file)
      resolve({ name: step.name, ok: totals.failed === 0, seconds, output, totals })
    })
  })
}

function countOf(step: Step, code: number, output: string, file: string): Totals {
  if (code === SKIPPED) return { passed: 0, failed: 0, skipped: [`${step.name}: ${output.trim().split('\n').at(-1)}`] }
  if (!step.tests || !existsSync(file)) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] }
  const totals = JSON.parse(readFileSync(file, 'utf8')) as Totals
  // a run that failed without a failed test (a coverage threshold, a crash) must not look like a pass
  return { ...totals, failed: Math.max(totals.failed, code === 0 ? 0 : 1) }
}

function selected(names: string[]): Step[] {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    console.error(`No step is called ${unknown.join(', ')}. Steps: ${steps.map((step) => step.name).join(', ')}`)
    process.exit(2)
  }
  if (names.length === 0) return steps
  const wanted = new Set(names.flatMap((name) => [name, ...(steps.find((step) => step.name === name)?.needs ?? [])]))
  return steps.filter((step) => wanted.has(step.name))
}

const waiting = selected(process.argv.slice(2))
const done: Result[] = []
mkdirSync(cache, { recursive: true })
const width = Math.max(...waiting.map((step) => step.name.length))

/** Takes the next step whose needs are met until none is left; a step whose need is still running is left to the other lane. */
async function lane(): Promise<void> {
  for (;;) {
    const ready = waiting.findIndex((step) => (step.needs ?? []).every((need) => done.some((r) => r.name === need)))
    const step = ready === -1 ? undefined : waiting.splice(ready, 1)[0]
    if (!step) {
      if (waiting.length === 0) return
      await new Promise((resolve) => setTimeout(resolve, 50))
      continue
    }
    const result = await run(step)
    done.push(result)
    const { passed, failed, skipped } = result.totals
    const tests = step.tests ? `  ${passed} passed, ${failed} failed, ${skipped.length} skipped` : ''
    const verdict = !result.ok ? 'FAILED' : passed === 0 ? 'skipped' : 'ok'
    console.log(`${step.name.padEnd(width)}  ${verdict.padEnd(7)}  ${result.seconds.toFixed(1).padStart(5)} s${tests}`)
  }
}

await Promise.all(Array.from({ length: LANES }, lane))

for (const { name, ok, output } of done) if (!ok) console.log(`\n──── ${name} ────\n${output.trim()}`)
const totals = addTotals(done.map((result) => result.totals))
if (totals.skipped.length > 0) console.log(`\nSkipped:\n${totals.skipped.map((test) => `  ${test}`).join('\n')}`)
writeFileSync(join(cache, 'check.json'), JSON.stringify(totals))
console.log(`\n${totalsLine(totals)}`)
process.exitCode = totals.failed > 0 ? 1 : 0
