import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createSimulator, type Scenario, type Simulator } from '@spillway/simulator'
import { expect, type TestContext } from 'vitest'
import type { Asked, Heard, SharingSettings } from './sharing-process.ts'

export interface SharingProcess {
  /** The types of its events so far. */
  readonly events: readonly string[]
  /** Makes so many calls at once. Rejects when it dies before they have ended. */
  readonly ask: (prompt: string, times: number, abortFirstAfterMs?: number) => Promise<readonly string[]>
  readonly kill: () => void
}

/** The model API that counts, in real time. */
export const model = async (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  scenario: Scenario,
): Promise<{ readonly apiUrl: string; readonly simulator: Simulator }> => {
  const simulator = createSimulator({ imageSizePx: 64, ...scenario })
  onTestFinished(() => simulator.close())
  return { apiUrl: (await simulator.listen()).url, simulator }
}

/** A picture takes exactly so long. */
export const taking = (ms: number): Scenario => ({ serviceTime: { image: { minMs: ms, meanMs: ms, maxMs: ms } } })

/** Starts a process that is ready. It is killed with the test. */
export const sharingProcess = async (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  settings: Partial<SharingSettings> & Pick<SharingSettings, 'url' | 'apiUrl'>,
): Promise<SharingProcess> => {
  const defaults = {
    client: 'ioredis',
    namespace: 'acme',
    leaseMs: 10_000,
    ahead: 0,
    cached: true,
    advised: false,
    breaker: {},
  } as const
  const child: ChildProcess = fork(
    join(import.meta.dirname, 'sharing-process.ts'),
    [JSON.stringify({ ...defaults, ...settings })],
    { execArgv: ['--conditions=@spillway/source'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const events: string[] = []
  const waiting = new Map<number, (answers: readonly string[]) => void>()
  child.on('message', (heard: Heard) => {
    if ('event' in heard) events.push(heard.event)
    else waiting.get(heard.ask)?.(heard.answers)
  })
  // Four at once read their modules, on a machine that may have two cores and more to do.
  await expect.poll(() => events, { timeout: 60_000 }).toContain('ready')
  let asked = 0
  return {
    events,
    ask: (prompt, times, abortFirstAfterMs) =>
      new Promise((resolve, reject) => {
        const ask = asked++
        waiting.set(ask, resolve)
        child.once('exit', () => reject(new Error('killed')))
        child.setMaxListeners(0)
        child.send({ ask, prompt, times, abortFirstAfterMs } satisfies Asked)
      }),
    kill: () => void child.kill('SIGKILL'),
  }
}

/** Four processes with both clients, and clocks that are minutes apart. */
export const fourProcesses = (
  context: Pick<TestContext, 'onTestFinished'>,
  settings: Partial<SharingSettings> & Pick<SharingSettings, 'url' | 'apiUrl'>,
): Promise<SharingProcess[]> =>
  Promise.all(
    [0, 1, 2, 3].map((i) =>
      sharingProcess(context, { ...settings, ahead: i * 300_000, client: i % 2 === 0 ? 'ioredis' : 'node-redis' }),
    ),
  )
