import { EXIT } from './exit-codes.ts'

/** How the job hears that it is to end. */
export interface Interrupt {
  /** Aborts at the first Ctrl-C: no new work, calls ended, what was made is kept. */
  readonly signal: AbortSignal
  /** The exit code that belongs to what happened; `undefined` while nothing has. */
  code(): number | undefined
  stop(): void
}

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

/** Watches for Ctrl-C and the like. The second one does not wait for anything: `atOnce` is called, and the process ends. */
export function watchInterrupts(atOnce: () => void): Interrupt {
  const controller = new AbortController()
  let code: number | undefined
  const onSignal = (signal: NodeJS.Signals): void => {
    if (code !== undefined) {
      atOnce()
      process.exit(code)
    }
    code = CODES[signal as keyof typeof CODES]
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
