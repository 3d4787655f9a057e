import { rateLimitGuard, type InboundRateLimitOptions } from '@spillway/http/inbound'
import type { Request, RequestHandler } from 'express'
import { guarded } from './guarded.ts'

/**
 * Bounds how many requests each client, user or key may make in a window, and says what is left in `RateLimit` and
 * `RateLimit-Policy` fields. What is too much is answered with 429 and `Retry-After`.
 *
 * Behind a proxy, set Express's `trust proxy` to what stands in front, or all clients are one.
 *
 * ```ts
 * import { rateLimit } from '@spillway/express'
 * import express from 'express'
 *
 * const app = express().set('trust proxy', 'loopback')
 * app.use(rateLimit({ limit: 100, windowMs: 60_000, key: (request) => request.get('x-api-key') }))
 * ```
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const rateLimit = (options: InboundRateLimitOptions<Request>): RequestHandler => guarded(rateLimitGuard(options))
