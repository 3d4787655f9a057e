import type { BatchEvent } from '../../run/run-events.ts'

/** So many failures in a row say that it is not the items. */
const IN_A_ROW = 10

/**
 * Watches for a run in which nothing can succeed: a wrong key, model or address fails every item, each at once. A thousand of
 * them would have to be asked for again.
 *
 * @param onHopeless called once
 */
export function watchForHopeless(onHopeless: () => void): (event: BatchEvent) => void {
  let failures = 0
  return (event) => {
    if (event.type === 'item.done') failures = 0
    if (event.type !== 'item.failed' || event.error.verdict !== 'endpoint_failed') return
    failures += 1
    if (failures === IN_A_ROW) onHopeless()
  }
}
