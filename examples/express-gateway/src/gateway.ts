import type { Server } from 'node:http'
import {
  errorHandler,
  gracefulShutdown,
  health,
  loadShed,
  rateLimit,
  ready,
  sendEvents,
  spillway,
  type GracefulShutdown,
} from '@spillway/express'
import { pipelineOf, resilient } from '@spillway/openai'
import express from 'express'
import OpenAI, { type ClientOptions } from 'openai'

/** A chat service. Users are told apart by a header, where a real one would authenticate them. */
export const startGateway = (options: ClientOptions): { server: Server; shutdown: GracefulShutdown } => {
  const client = resilient(new OpenAI(options))

  const app = express()
  app.use(spillway({ timeoutMs: 60_000 }))
  app.get('/health', health({ pipelines: [pipelineOf(client)] }))
  app.get('/ready', ready({ stopping: () => shutdown.stopping }))
  app.use(loadShed({ maxConcurrency: 200 }))
  app.use(rateLimit({ name: 'chat', limit: 3, windowMs: 60_000, key: (request) => request.get('x-user') }))
  app.use(express.json())
  app.post('/chat', async (request, response) => {
    const { question } = request.body as { question: string }
    // Neither signal nor deadline is handed over: the call has those of the request.
    const stream = await client.chat.completions.create({
      model: 'gpt-5',
      messages: [{ role: 'user', content: question }],
      stream: true,
    })
    await sendEvents(request, response, stream, { end: '[DONE]' })
  })
  app.use(errorHandler())

  const server = app.listen(0, '127.0.0.1')
  const shutdown = gracefulShutdown(server, { readinessDelayMs: 500 })
  return { server, shutdown }
}
