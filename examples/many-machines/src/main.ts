// A queue, an overloaded model and three workers, all in one terminal: one worker is killed, and its items are made by the others.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createSimulator } from '@spillway/simulator'
import { findRedis } from './redis.ts'

const root = join(import.meta.dirname, '..')
const SPILLWAY = join(root, '../../packages/batch/src/main.ts')
const OUT = join(root, 'out')
rmSync(OUT, { recursive: true, force: true })
/** Pictures that are there when a worker is killed. */
const KILL_AFTER = 4

const redis = await findRedis()
if (redis === undefined) {
  console.log('There is no redis-server here: install one, set REDIS_URL, or let node scripts/programs.ts fetch one.')
  process.exit(0)
}
const simulator = createSimulator(
  { capacity: 6, imageSizePx: 128, faults: [{ fault: 'overloaded', ratio: 0.2, retryAfterMs: 4000 }] },
  { timeScale: 20 },
)
const { url } = await simulator.listen()
const env = {
  ...process.env,
  REDIS_URL: redis.url,
  OPENAI_API_KEY: 'any',
  OPENAI_BASE_URL: `${url}/v1`,
  GEMINI_API_KEY: '',
}

/** Runs `spillway` as in a terminal of its own; its lines are told with a name in front. */
const spillway = (name: string, ...args: string[]): ChildProcess => {
  const child = spawn(process.execPath, ['--conditions=@spillway/source', SPILLWAY, ...args], {
    cwd: root,
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  createInterface(child.stderr).on('line', (line) => console.log(`${name.padEnd(8)} ${line}`))
  return child
}

// The simulator makes one picture for each idempotency key: what the killed worker had out costs nothing.
const workers = [1, 2, 3].map((n) =>
  spillway(`worker ${n}`, 'worker', '--redis', '--max-concurrency', '2', '--idempotent'),
)
const run = spillway('run', 'run', 'prompts.txt', '--out', 'out', '--redis')
const done = once(run, 'exit')
const watching = setInterval(() => {
  if (simulator.counters().total.images < KILL_AFTER) return
  clearInterval(watching)
  console.log('-------- worker 3 is killed')
  workers[2]?.kill('SIGKILL')
}, 50)

const [code] = (await done) as [number]
clearInterval(watching)
for (const worker of workers) worker.kill('SIGTERM')
const { requests, images } = simulator.counters().total
const files = readdirSync(OUT).filter((name) => name.endsWith('.png')).length
console.log(`-------- ${files} pictures; the model was asked ${requests} times and made ${images}`)
await simulator.close()
await redis.stop()
process.exitCode = code
