import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { errorHandler, spillway } from '@spillway/express'
import express, { type Express, type RequestHandler } from 'express'
import type OpenAI from 'openai'

/** A service that asks a model: `GET /poems?about=herons`. */
export const poemService = (client: OpenAI): Express => {
  const app = express()
  app.use(inSpan, spillway({ timeoutMs: 10_000 }))
  app.get('/poems', async (request, response) => {
    const { about = 'nothing' } = request.query as { about?: string }
    const answer = await client.chat.completions.create({
      model: 'gpt-poet',
      messages: [{ role: 'user', content: `A poem about ${about}` }],
    })
    response.send(answer.choices[0]?.message.content ?? '')
  })
  return app.use(errorHandler())
}

/** A span for each request. In a service OpenTelemetry's instrumentation of `node:http` makes it. */
const inSpan: RequestHandler = (request, response, next) => {
  trace.getTracer('service').startActiveSpan(`${request.method} ${request.path}`, { kind: SpanKind.SERVER }, (span) => {
    response.once('close', () => {
      span.setAttribute('http.response.status_code', response.statusCode)
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
    next()
  })
}
