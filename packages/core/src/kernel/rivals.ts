import type { CallContext } from './call-context.ts'
import { createContextKey, type ContextKey } from './context-key.ts'
import type { Endpoint } from './endpoint.ts'

/** The branches of a call that are at work at the same time, for whoever chooses endpoints. */
export interface Rivals {
  /** Whether another branch than the one that `context` belongs to is asking `endpoint` now. */
  ask(endpoint: Endpoint, context: CallContext): boolean
  /** Whether an endpoint that is being asked is out of the question; otherwise it is the last choice. */
  readonly exclusive: boolean
}

/** Set by a policy that lets a call ask several endpoints at once. Unset, and free of charge, for every other call. */
export const RIVALS: ContextKey<Rivals | undefined> = /* @__PURE__ */ createContextKey<Rivals | undefined>(
  'rivals',
  undefined,
)
