import { scopeOpener, type RequestScope, type SpillwayOptions, type TrackedRequest } from '@spillway/http/inbound'
import type { Context, Middleware, Next } from 'koa'

declare module 'koa' {
  interface DefaultState {
    /** Deadline, signal and criticality of the request, once a `spillway` middleware has seen it. */
    spillway?: RequestScope
  }
}

/**
 * Gives each request a deadline, a signal that aborts when the client goes away or the deadline passes, and a criticality:
 * `ctx.state.spillway`. For an application, a router or a route. Pipelines that are called by the handler have them too.
 *
 * Requests that go on are not changed. One that comes with its time used up, and one whose handler has not answered
 * `reserveMs` after the deadline, end with a `TimeoutExceededError`, which `errorHandler` further out answers.
 *
 * ```ts no-run
 * import { pipeline, timeout } from '@spillway/core'
 * import { errorHandler, spillway } from '@spillway/koa'
 * import Koa from 'koa'
 *
 * const calls = pipeline([timeout({ totalMs: 60_000 })])
 * const app = new Koa()
 * app.use(errorHandler())
 * app.use(spillway({ timeoutMs: 30_000 }))
 * app.use(async (ctx) => {
 *   ctx.body = { answer: await calls.execute(async () => 'a dam') } // ends with the request
 * })
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const spillway = (options: SpillwayOptions<Context> = {}): Middleware => {
  const open = scopeOpener(options)
  return (ctx, next) => {
    const scope = open(ctx, ctx.req, ctx.res)
    ctx.state.spillway = scope
    if (scope.reason !== undefined) throw scope.reason
    const rest: Next = () => scope.run(next)
    return scope.watched || scope.remainingMs() === Infinity ? rest() : inTime(scope, rest)
  }
}

/** Who is overdue goes on, but nobody waits: what comes of it later changes nothing. */
const inTime = (scope: TrackedRequest, next: Next): Promise<unknown> =>
  new Promise((resolve, reject) => {
    scope.whenOverdue(reject)
    next().then(resolve, reject)
  })
