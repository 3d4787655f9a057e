import { healthAnswerer, readyAnswerer, type HealthOptions, type ReadyOptions } from '@spillway/http/inbound'
import type { Context } from 'koa'
import { answer } from './guarded.ts'

/**
 * Answers whether the process lives: always 200, with `pass`, `warn` (some circuits are open) or `fail` (all are) as status.
 *
 * ```ts
 * import { pipeline } from '@spillway/core'
 * import { health } from '@spillway/koa'
 * import Koa from 'koa'
 *
 * const calls = pipeline([])
 * const isWell = health({ pipelines: [calls] })
 * new Koa().use((ctx, next) => (ctx.path === '/health' ? isWell(ctx) : next()))
 * ```
 *
 * @throws InvalidOptionsError when an option is not known or out of its range
 */
export const health = (options: HealthOptions = {}): ((ctx: Context) => void) => {
  const answerer = healthAnswerer(options)
  return (ctx) => answer(ctx, answerer())
}

/**
 * Answers whether new requests may come: 200, or 503 while the server is about to stop or what it requires is out.
 *
 * @throws InvalidOptionsError when an option is not known or out of its range
 */
export const ready = (options: ReadyOptions = {}): ((ctx: Context) => void) => {
  const answerer = readyAnswerer(options)
  return (ctx) => answer(ctx, answerer())
}
