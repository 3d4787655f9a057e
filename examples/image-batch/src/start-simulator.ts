import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Scenario, SimulatorCounters } from '@spillway/simulator'
import { InputError } from './exit-codes.ts'
import type { Reply, Request } from './simulator-process.ts'

/** The simulated API in a process of its own. */
export interface RunningSimulator {
  readonly url: string
  counters(): Promise<SimulatorCounters>
  stop(): Promise<void>
  /** At once, without waiting. */
  readonly kill: () => void
}

/**
 * Starts the simulated API with a fresh state.
 *
 * @throws InputError when the port is in use
 */
export async function startSimulator(scenario: Scenario, seed: number, port: number): Promise<RunningSimulator> {
  const child = fork(new URL('./simulator-process.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // Ctrl-C reaches the whole terminal, and the job alone decides when this process ends.
    detached: true,
    windowsHide: true,
  })
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect()
    await exited
  }
  const started = await ask(child, { type: 'start', scenario, seed, port })
  if (started.type !== 'started') {
    await stop()
    const why = started.type === 'failed' ? started.message : started.type
    throw new InputError(`The simulated API did not start. ${why} Here that is --port, and none takes any free one.`)
  }
  return {
    url: started.url,
    async counters() {
      const reply = await ask(child, { type: 'counters' })
      if (reply.type !== 'counters') throw new Error(`The simulated API answered "${reply.type}" for its counters.`)
      return reply.counters
    },
    stop,
    kill: () => void child.kill('SIGKILL'),
  }
}

/** One question at a time: the job asks for nothing else while it waits. */
function ask(child: ChildProcess, request: Request): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      child.off('message', onMessage)
      child.off('exit', onExit)
    }
    const onMessage = (reply: unknown): void => {
      settle()
      resolve(reply as Reply)
    }
    const onExit = (code: number | null): void => {
      settle()
      reject(new Error(`The process of the simulated API ended with ${code ?? 'a signal'}.`))
    }
    child.on('message', onMessage)
    child.on('exit', onExit)
    child.send(request)
  })
}

/** Real milliseconds between two looks at the counters, and the longest wait for abandoned work. */
const LOOK_EVERY_MS = 50
const LONGEST_LOOK_MS = 15_000

/** The counters once the upstream has finished what its clients abandoned: work thrown away counts in full. */
export async function allWorkEnded(simulator: RunningSimulator, signal: AbortSignal): Promise<SimulatorCounters> {
  const until = performance.now() + LONGEST_LOOK_MS
  for (;;) {
    const counters = await simulator.counters()
    const { requests, refusedBy, outcomes, generations } = counters.total
    const refused = [...Object.values(refusedBy), ...refusedByStatus(outcomes)].reduce((sum, each) => sum + each, 0)
    const over = generations.completed >= requests - refused || signal.aborted || performance.now() >= until
    if (over) return counters
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

const refusedByStatus = (outcomes: Readonly<Record<string, number>>): number[] =>
  Object.entries(outcomes).map(([name, times]) => (name.startsWith('http_') ? times : 0))
