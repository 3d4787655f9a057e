import { loadShedGuard, type LoadShedOptions, type LoadShedState } from '@spillway/http/inbound'
import type { Request, RequestHandler } from 'express'
import { guarded } from './guarded.ts'

/** A `loadShed` middleware; `state()` says what it does now. */
export type LoadShed = RequestHandler & { readonly state: () => LoadShedState }

/**
 * Refuses requests with 503 while the process has more to do than it can, what matters least first: by the delay and the
 * utilization of its event loop, by its heap, and by how many requests are answered at once. Mount it after `spillway` and
 * before everything that costs something.
 *
 * ```ts
 * import { loadShed, spillway } from '@spillway/express'
 * import express from 'express'
 *
 * const app = express()
 * app.use(spillway(), loadShed({ maxConcurrency: 200 }))
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const loadShed = (options: LoadShedOptions<Request> = {}): LoadShed => {
  const guard = loadShedGuard(options)
  return Object.assign(guarded(guard), { state: guard.state })
}
