/** What was looked at. */
export type Check =
  | 'key'
  | 'address'
  | 'reach'
  | 'access'
  | 'clock'
  | 'proxy'
  | 'node'
  | 'client'
  | 'opentelemetry'
  | 'folder'

/** `warning`: it works, or may, and something is odd. `problem`: it will not work as it is. */
export type FindingState = 'ok' | 'warning' | 'problem'

/** One thing that was looked at. */
export interface Finding {
  readonly check: Check
  /** Which one: a variable, an endpoint, a package. */
  readonly subject: string
  readonly state: FindingState
  /** What was found. Never a key, nor an address that may hold one. */
  readonly found: string
  /** What to do, where there is something to be done. */
  readonly todo?: string
}

export const ok = (check: Check, subject: string, found: string): Finding => ({ check, subject, state: 'ok', found })

export const warning = (check: Check, subject: string, found: string, todo: string): Finding => ({
  check,
  subject,
  state: 'warning',
  found,
  todo,
})

export const problem = (check: Check, subject: string, found: string, todo: string): Finding => ({
  check,
  subject,
  state: 'problem',
  found,
  todo,
})
