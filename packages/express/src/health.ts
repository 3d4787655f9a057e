import {
  healthAnswerer,
  readyAnswerer,
  sendAnswer,
  type HealthOptions,
  type ReadyOptions,
} from '@spillway/http/inbound'
import type { RequestHandler } from 'express'

/**
 * Answers whether the process lives: always 200, with `pass`, `warn` (some circuits are open) or `fail` (all are) as status.
 *
 * ```ts
 * import { pipeline } from '@spillway/core'
 * import { health, ready } from '@spillway/express'
 * import express from 'express'
 *
 * const calls = pipeline([])
 * express().get('/health', health({ pipelines: [calls] })).get('/ready', ready())
 * ```
 *
 * @throws InvalidOptionsError when an option is not known or out of its range
 */
export const health = (options: HealthOptions = {}): RequestHandler => {
  const answer = healthAnswerer(options)
  return (request, response) => sendAnswer(request, response, answer())
}

/**
 * Answers whether new requests may come: 200, or 503 while the server is about to stop or what it requires is out.
 *
 * @throws InvalidOptionsError when an option is not known or out of its range
 */
export const ready = (options: ReadyOptions = {}): RequestHandler => {
  const answer = readyAnswerer(options)
  return (request, response) => sendAnswer(request, response, answer())
}
