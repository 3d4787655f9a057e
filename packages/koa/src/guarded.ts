import { type Answer, type Guard, prepareFor } from '@spillway/http/inbound'
import type { Context, Middleware } from 'koa'

/** A middleware that lets in what its guard has nothing against, and answers the rest itself. */
export const guarded =
  (guard: Guard<Context>): Middleware =>
  async (ctx, next) => {
    const { req: request, res: response, ip, path } = ctx
    const given = guard({ host: ctx, request, response, ip, path })
    const refusal = given instanceof Promise ? await given : given
    if (refusal === undefined) return next()
    return answer(ctx, refusal)
  }

/** Answers without throwing: headers that were set before (CORS, `RateLimit`) stay. */
export const answer = (ctx: Context, { status, headers, body }: Answer): void => {
  prepareFor(ctx.res)
  ctx.status = status
  ctx.body = body
  ctx.set(headers)
}
