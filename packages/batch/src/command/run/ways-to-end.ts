import type { Screen } from '../display/screen.ts'
import type { Watch } from '../display/watch-run.ts'
import { type Interrupt, watchInterrupts } from '../interrupt.ts'
import { watchForHopeless } from './hopeless.ts'

/** What ends a run before its time: Ctrl-C, and that nothing can succeed. */
export interface WaysToEnd extends Interrupt {
  readonly onEvent: ReturnType<typeof watchForHopeless>
  isHopeless(): boolean
}

/** @param grace how long what is out may take, in words */
export function waysToEnd(watch: Watch, screen: Screen, grace: string): WaysToEnd {
  const controller = new AbortController()
  let begun = false
  let out = 0
  let hopeless = false
  const onFailure = watchForHopeless(() => {
    hopeless = true
    watch.print('Stopping: ten in a row were refused for good. Check the key, the model and the address.')
    controller.abort()
  })
  const onEvent: WaysToEnd['onEvent'] = (event) => {
    begun ||= event.type === 'run.started'
    if (event.type === 'item.sent') out += 1
    if (event.type === 'attempt.ended') out -= 1
    onFailure(event)
  }
  // However the process ends, the terminal gets its cursor back.
  const leave = (): void => screen.leave()
  process.once('exit', leave)
  const interrupt = watchInterrupts({
    onFirst() {
      // While the input is being read nothing is out, and a terminal or a pipe may not end for long.
      if (!begun) return 'at_once'
      watch.print(
        out > 0
          ? `Stopping: nothing more is sent, and what is out has ${grace} to end. Ctrl-C again stops at once.`
          : 'Stopping: nothing is out, and nothing more is sent.',
      )
      controller.abort()
      return undefined
    },
    onSecond() {
      watch.stop()
      screen.print('Stopped at once. What was out is looked at when the run is started again.')
    },
  })
  const stop = (): void => {
    interrupt.stop()
    process.off('exit', leave)
  }
  return { ...interrupt, signal: controller.signal, onEvent, isHopeless: () => hopeless, stop }
}
