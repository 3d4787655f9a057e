import type { RunNotes } from './run-options.ts'
import type { RunState } from './run-state.ts'

/** Writes down what the maker tells of the outside, and tells it on. */
export function noteTaker({ journal, options, stopping, tell, write }: RunState): RunNotes {
  const now = (): number => options.clock.wallTime()
  return {
    waiting(reason, { endpoint, until }: { readonly endpoint?: string; readonly until?: number } = {}) {
      if (stopping.over) return () => {}
      // Waits are reckoned in parts of milliseconds, of which calendars have none.
      const more = {
        ...(endpoint !== undefined && { endpoint }),
        ...(until !== undefined && { until: Math.round(until) }),
      }
      const wait = write(() => journal.waitBegan(reason, now(), more))
      tell({ type: 'run.waiting', reason, ...more })
      let over = false
      return () => {
        if (over || stopping.over) return
        over = true
        write(() => journal.waitEnded(wait, now()))
        tell({ type: 'run.waited', reason, ...(endpoint !== undefined && { endpoint }) })
      }
    },
    endpointState(endpoint, state) {
      if (stopping.over) return
      write(() => journal.endpointState(endpoint, state, now()))
      tell({ type: 'endpoint.changed', endpoint, state })
    },
  }
}
