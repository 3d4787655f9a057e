import { failureAnswerer, sendAnswer, type ErrorHandlerOptions } from '@spillway/http/inbound'
import type { ErrorRequestHandler, Request } from 'express'

/**
 * Answers what Spillway refused, ended or gave up on with 503, 429, 504 or 502: `Retry-After` and an
 * `application/problem+json` body that tells nothing of the inside. Other errors go on to the next error handler. Mount it
 * after the routes.
 *
 * Once an answer has begun, a stream of events ends with an `error` event, whatever the error; anything else is cut.
 *
 * @throws InvalidOptionsError when an option is out of its range or not known
 */
export const errorHandler = (options: ErrorHandlerOptions<Request> = {}): ErrorRequestHandler => {
  const failed = failureAnswerer(options)
  return (error: unknown, request, response, next) => {
    const outcome = failed(error, request, request, response)
    if (outcome === 'not_ours') next(error)
    else if (typeof outcome === 'object') sendAnswer(request, response, outcome.answer)
  }
}
