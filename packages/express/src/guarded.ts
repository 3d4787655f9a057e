import { sendAnswer, type Answer, type Guard } from '@spillway/http/inbound'
import type { Request, RequestHandler } from 'express'

/** A middleware that lets in what its guard has nothing against, and answers the rest itself. */
export const guarded =
  (guard: Guard<Request>): RequestHandler =>
  (request, response, next) => {
    const decide = (refusal: Answer | undefined): void => {
      if (refusal === undefined) next()
      else if (!response.headersSent) sendAnswer(request, response, refusal)
    }
    const { ip, path } = request
    const refusal = guard({ host: request, request, response, ip, path })
    if (refusal instanceof Promise) refusal.then(decide, next)
    else decide(refusal)
  }
