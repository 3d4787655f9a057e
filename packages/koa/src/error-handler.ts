import { failureAnswerer, type ErrorHandlerOptions } from '@spillway/http/inbound'
import type { Context, Middleware } from 'koa'
import { answer } from './guarded.ts'

/**
 * Answers what Spillway refused, ended or gave up on with 503, 429, 504 or 502: `Retry-After` and an
 * `application/problem+json` body that tells nothing of the inside. Other errors go on to Koa. Mount it first. Headers that
 * were set before (CORS, cookies, security) stay, which they do not when Koa answers an error.
 *
 * Once an answer has begun, a stream of events ends with an `error` event, whatever the error; anything else is cut, where
 * Koa would leave the client waiting.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const errorHandler = (options: ErrorHandlerOptions<Context> = {}): Middleware => {
  const failed = failureAnswerer(options)
  return async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      const outcome = failed(error, ctx, ctx.req, ctx.res)
      if (outcome === 'not_ours') throw error
      if (typeof outcome === 'object') answer(ctx, outcome.answer)
    }
  }
}
