import { createServer, type Server } from 'node:http'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type OpenAI from 'openai'

/** A service that asks a model: `GET /poems?about=herons`. */
export const poemService = (client: OpenAI): Server =>
  createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://service')
    void trace.getTracer('service').startActiveSpan('GET /poems', { kind: SpanKind.SERVER }, async (span) => {
      try {
        const answer = await client.chat.completions.create({
          model: 'gpt-poet',
          messages: [{ role: 'user', content: `A poem about ${url.searchParams.get('about') ?? 'nothing'}` }],
        })
        response.end(answer.choices[0]?.message.content ?? '')
      } catch {
        response.statusCode = 503
        response.end('The poet is overloaded, try again later.')
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.setAttribute('http.response.status_code', response.statusCode)
      span.end()
    })
  })
