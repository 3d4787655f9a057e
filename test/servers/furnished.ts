import { createServer, type Server } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import cors from '@koa/cors'
import { Router } from '@koa/router'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import compression from 'compression'
import expressCors from 'cors'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import helmet from 'helmet'
import Koa from 'koa'
import bodyParser from 'koa-bodyparser'
import compress from 'koa-compress'
import koaHelmet from 'koa-helmet'

const LONG = 'water goes past the dam. '.repeat(200)

async function* parts(): AsyncGenerator<string> {
  for (const part of ['one', 'two', 'three']) {
    await setImmediate()
    yield part
  }
}

/** An application as people have it, with `spillway` as the first of its middlewares, or without it. */
const furnishedExpress = (withSpillway: boolean): Server => {
  const app = express()
  if (withSpillway) app.use(forExpress.spillway({ timeoutMs: 60_000 }))
  app.use(helmet(), expressCors({ origin: 'https://app.example', credentials: true }), compression({ threshold: 100 }))
  app.use(rateLimit({ windowMs: 60_000, limit: 100_000, standardHeaders: 'draft-8', legacyHeaders: false }))
  app.use(express.json(), express.urlencoded())
  const router = express.Router()
  router.get('/json', (_, response) => void response.json({ text: 'a dam' }))
  router.get('/long', (_, response) => void response.type('txt').send(LONG))
  router.post('/echo', (request, response) => void response.status(201).json(request.body))
  router.get('/empty', (_, response) => void response.status(204).end())
  router.get('/moved', (_, response) => response.redirect('/api/json'))
  router.get('/stream', async (_, response) => {
    response.type('application/octet-stream')
    for await (const part of parts()) response.write(part)
    response.end()
  })
  router.get('/boom', () => {
    throw Object.assign(new Error('boom'), { status: 418 })
  })
  app.use('/api', router)
  if (withSpillway) app.use(forExpress.errorHandler())
  app.use(((error: { status?: number }, _request, response, _next) => {
    response.status(error.status ?? 500).send('sorry')
  }) as express.ErrorRequestHandler)
  return createServer(app)
}

const furnishedKoa = (withSpillway: boolean): Server => {
  const app = new Koa()
  app.silent = true
  if (withSpillway) app.use(forKoa.errorHandler()).use(forKoa.spillway({ timeoutMs: 60_000 }))
  app.use(koaHelmet()).use(cors({ origin: 'https://app.example', credentials: true }))
  app.use(compress({ threshold: 100 })).use(bodyParser())
  const router = new Router({ prefix: '/api' })
  router.get('/json', (ctx) => void (ctx.body = { text: 'a dam' }))
  router.get('/long', (ctx) => void (ctx.body = LONG))
  router.post('/echo', (ctx) => {
    ctx.status = 201
    ctx.body = ctx.request.body
  })
  router.get('/empty', (ctx) => void (ctx.status = 204))
  router.get('/moved', (ctx) => ctx.redirect('/api/json'))
  router.get('/stream', async (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, { 'content-type': 'application/octet-stream' })
    for await (const part of parts()) ctx.res.write(part)
    ctx.res.end()
  })
  router.get('/boom', (ctx) => ctx.throw(418, 'boom'))
  app.use(router.routes()).use(router.allowedMethods())
  const answer = app.callback()
  return createServer((request, response) => void answer(request, response))
}

/** Both hosts with the middlewares that stand beside ours in real services. */
export const furnished = [
  { name: 'express', server: furnishedExpress },
  { name: 'koa', server: furnishedKoa },
]
