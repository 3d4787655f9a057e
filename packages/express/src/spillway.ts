import { scopeOpener, type RequestScope, type SpillwayOptions } from '@spillway/http/inbound'
import type { Request, RequestHandler } from 'express'

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- declarations of Express can be merged in no other way
  namespace Express {
    interface Request {
      /** Deadline, signal and criticality of the request, once a `spillway` middleware has seen it. */
      spillway?: RequestScope
    }
  }
}

/**
 * Gives each request a deadline, a signal that aborts when the client goes away or the deadline passes, and a criticality:
 * `request.spillway`. For an application, a router or a route. Pipelines that are called by the handler have them too.
 *
 * Requests that go on are not changed. One that comes with its time used up, and one whose handler has not answered
 * `reserveMs` after the deadline, end with a `TimeoutExceededError` in the error handlers.
 *
 * ```ts no-run
 * import { pipeline, timeout } from '@spillway/core'
 * import { errorHandler, spillway } from '@spillway/express'
 * import express from 'express'
 *
 * const calls = pipeline([timeout({ totalMs: 60_000 })])
 * const app = express()
 * app.use(spillway({ timeoutMs: 30_000 }))
 * app.get('/answer', async (request, response) => {
 *   const answer = await calls.execute(async () => 'a dam') // ends with the request
 *   response.json({ answer })
 * })
 * app.use(errorHandler())
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const spillway = (options: SpillwayOptions<Request> = {}): RequestHandler => {
  const open = scopeOpener(options)
  return (request, response, next) => {
    const scope = open(request, request, response)
    request.spillway = scope
    if (scope.reason !== undefined) return next(scope.reason)
    if (!scope.watched) scope.whenOverdue(next)
    scope.run(next)
  }
}
