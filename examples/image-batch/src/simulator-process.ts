import { type Scenario, type SimulatorCounters, createSimulator } from '@spillway/simulator'

/** What the job asks of the process that runs the simulated API. */
export type Request =
  | { readonly type: 'start'; readonly scenario: Scenario; readonly seed: number; readonly port: number }
  | { readonly type: 'counters' }

/** What it answers. */
export type Reply =
  | { readonly type: 'started'; readonly url: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'counters'; readonly counters: SimulatorCounters }

// A process of its own: its load does not slow the job down, and its counters are not the job's word.
let simulator: ReturnType<typeof createSimulator> | undefined
const reply = (message: Reply): void => void process.send?.(message)

process.on('message', (request: Request) => {
  if (request.type === 'counters') {
    if (simulator !== undefined) reply({ type: 'counters', counters: simulator.counters() })
    return
  }
  simulator = createSimulator(request.scenario, { seed: request.seed })
  simulator.listen(request.port).then(
    ({ url }) => reply({ type: 'started', url }),
    (error: unknown) => reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  )
})

// When the job is gone, however it went, so is this.
process.on('disconnect', () => process.exit())
if (!process.connected) process.exit()
