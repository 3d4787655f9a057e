import { checkFunction } from '@spillway/core'
import type { AlertSink } from '../notice.ts'

/**
 * Writes each notice as one line to the process's standard error.
 *
 * ```ts
 * import { stderrSink } from '@spillway/monitor'
 *
 * console.log(stderrSink().name) // => stderr
 * ```
 *
 * @param write where to instead
 */
export const stderrSink = (write: (line: string) => unknown = (line) => process.stderr.write(line)): AlertSink => {
  checkFunction('stderrSink.write', write)
  return {
    name: 'stderr',
    send({ at, text }) {
      // What a status page calls its incidents is somebody else's text: it must not steer a terminal.
      write(`${new Date(at).toISOString()} ${text.replaceAll(/\p{Cc}+/gu, ' ')}\n`)
    },
  }
}
