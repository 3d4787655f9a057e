import type { Verdict } from '@spillway/core'

/** What the requests have shown of one endpoint. */
export interface EndpointView {
  readonly name: string
  state: 'ready' | 'left alone' | 'probing'
  inFlight: number
  made: number
  /** How long the last answers took. */
  answersMs: readonly number[]
  /** Failures by what they were: `503`, `429`, `timeout`. */
  readonly failures: Map<string, number>
}

/** So many answers say how long it takes now. */
const ANSWERS = 16

/** Of one that nothing is known of yet. */
export const viewOf = (name: string): EndpointView => ({
  name,
  state: 'ready',
  inFlight: 0,
  made: 0,
  answersMs: [],
  failures: new Map(),
})

/** A request of it has ended. */
export function answered(view: EndpointView, { kind, status, code }: Verdict, durationMs: number): void {
  view.inFlight = Math.max(0, view.inFlight - 1)
  if (kind === 'canceled') return
  if (kind === 'success') {
    view.made += 1
    view.answersMs = [durationMs, ...view.answersMs].slice(0, ANSWERS)
    return
  }
  const name = String(status ?? code ?? kind)
  view.failures.set(name, (view.failures.get(name) ?? 0) + 1)
}
