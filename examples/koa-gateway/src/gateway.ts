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
} from '@spillway/koa'
import { pipelineOf, resilient } from '@spillway/openai'
import Koa from 'koa'
import bodyParser from 'koa-bodyparser'
import OpenAI, { type ClientOptions } from 'openai'

/** A chat service. Users are told apart by a header, where a real one would authenticate them. */
export const startGateway = (options: ClientOptions): { server: Server; shutdown: GracefulShutdown } => {
  const client = resilient(new OpenAI(options))
  const isWell = health({ pipelines: [pipelineOf(client)] })
  const isReady = ready({ stopping: () => shutdown.stopping })

  const app = new Koa()
  app.use(errorHandler())
  app.use(spillway({ timeoutMs: 60_000 }))
  app.use(async (ctx, next) => {
    if (ctx.path === '/health') isWell(ctx)
    else if (ctx.path === '/ready') isReady(ctx)
    else await next()
  })
  app.use(loadShed({ maxConcurrency: 200 }))
  app.use(rateLimit({ name: 'chat', limit: 3, windowMs: 60_000, key: (ctx) => ctx.get('x-user') || undefined }))
  app.use(bodyParser())
  app.use(async (ctx, next) => {
    if (ctx.path !== '/chat' || ctx.method !== 'POST') return next()
    const { question } = ctx.request.body as { question: string }
    // Neither signal nor deadline is handed over: the call has those of the request.
    const stream = await client.chat.completions.create({
      model: 'gpt-5',
      messages: [{ role: 'user', content: question }],
      stream: true,
    })
    return sendEvents(ctx, stream, { end: '[DONE]' })
  })

  const server = app.listen(0, '127.0.0.1')
  const shutdown = gracefulShutdown(server, { readinessDelayMs: 500 })
  return { server, shutdown }
}
