import { EXIT } from './exit-codes.ts'

/** How a run hears that it is to end. */
export interface Interrupt {
  /** Aborts at the first Ctrl-C or SIGTERM: no new work, what is out may end. */
  readonly signal: AbortSignal
  /** The exit code that belongs to what happened; `undefined` while nothing has. */
  readonly code: () => typeof EXIT.interrupted | typeof EXIT.terminated | undefined
  stop(): void
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** `timeout` sends its SIGTERM to the process and to its group: two within this many milliseconds are one. */
const ONE_TERM_MS = 100

/** What happens beside the signal. */
export interface InterruptListeners {
  /** Once, at the first. `at_once`: there is nothing to wait for, the process ends when it returns. */
  readonly onFirst: () => void | 'at_once'
  /** At the second one: the process ends when it returns. */
  readonly onSecond: () => void
}

/** Watches for Ctrl-C and SIGTERM. The second one waits for nothing. */
export function watchInterrupts({ onFirst, onSecond }: InterruptListeners): Interrupt {
  const controller = new AbortController()
  let code: ReturnType<Interrupt['code']>
  let firstAt = 0
  const onSignal = (signal: NodeJS.Signals): void => {
    const own = CODES[signal as keyof typeof CODES]
    if (code !== undefined) {
      if (signal === 'SIGTERM' && own === code && performance.now() - firstAt < ONE_TERM_MS) return
      onSecond()
      process.exit(own)
    }
    code = own
    firstAt = performance.now()
    if (onFirst() === 'at_once') process.exit(own)
    controller.abort(new Error(`interrupted by ${signal}`))
  }
  for (const signal of Object.keys(CODES)) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    code: () => code,
    stop() {
      for (const signal of Object.keys(CODES)) process.off(signal, onSignal)
    },
  }
}
