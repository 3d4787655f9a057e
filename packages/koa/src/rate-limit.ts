import { rateLimitGuard, type InboundRateLimitOptions } from '@spillway/http/inbound'
import type { Context, Middleware } from 'koa'
import { guarded } from './guarded.ts'

/**
 * Bounds how many requests each client, user or key may make in a window, and says what is left in `RateLimit` and
 * `RateLimit-Policy` fields. What is too much is answered with 429 and `Retry-After`.
 *
 * Behind a proxy, set `app.proxy` and `app.maxIpsCount` to what stands in front, or all clients are one.
 *
 * ```ts
 * import { rateLimit } from '@spillway/koa'
 * import Koa from 'koa'
 *
 * const app = new Koa({ proxy: true, maxIpsCount: 1 })
 * app.use(rateLimit({ limit: 100, windowMs: 60_000, key: (ctx) => ctx.get('x-api-key') || undefined }))
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const rateLimit = (options: InboundRateLimitOptions<Context>): Middleware => guarded(rateLimitGuard(options))
