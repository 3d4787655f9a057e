import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Step } from '../faults/step.ts'

/**
 * Carries out the steps of an answer. Waits are reckoned from the start, so that late timers do not add up, and a client
 * that reads slowly holds the writes back. Ends when the steps do, or at once when the client has left.
 */
export function playSteps(response: ServerResponse, steps: readonly Step[], clock: Clock): void {
  let dueAt = clock.now()
  let next = 0
  let cancelTimer: (() => void) | undefined
  response.once('close', () => cancelTimer?.())

  const go = (): void => {
    while (next < steps.length && !response.destroyed) {
      const step = steps[next++]!
      switch (step.type) {
        case 'wait': {
          dueAt += step.ms
          const leftMs = dueAt - clock.now()
          if (leftMs <= 0) break
          cancelTimer = clock.setTimer(leftMs, go)
          return
        }
        case 'head':
          response.writeHead(step.status, step.headers)
          response.flushHeaders()
          break
        case 'write':
          if (response.write(step.data)) break
          response.once('drain', go)
          return
        case 'end':
          response.end()
          return
        case 'reset':
          response.socket?.resetAndDestroy()
          return
        case 'stall':
          return
      }
    }
  }
  go()
}
