// One service in a process of its own: `server.ts HOST GUARD`. Says its port to the parent.
import type { AddressInfo } from 'node:net'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import express from 'express'
import Koa from 'koa'
import { GUARDS, work } from './guards.ts'

const [host = '', guard = ''] = process.argv.slice(2)
const { deadline = false, shed } = GUARDS[guard] ?? {}

const onExpress = () => {
  const app = express()
  if (deadline) app.use(forExpress.spillway())
  if (shed !== undefined) app.use(forExpress.loadShed(shed))
  app.get('/', async (request, response) => void response.send(await work(request.spillway?.signal)))
  return app.use(forExpress.errorHandler()).listen(0, '127.0.0.1')
}

const onKoa = () => {
  const app = new Koa()
  app.use(forKoa.errorHandler())
  if (deadline) app.use(forKoa.spillway())
  if (shed !== undefined) app.use(forKoa.loadShed(shed))
  app.use(async (ctx) => void (ctx.body = await work(ctx.state.spillway?.signal)))
  return app.listen(0, '127.0.0.1')
}

const server = host === 'express' ? onExpress() : onKoa()
server.once('listening', () => process.send?.((server.address() as AddressInfo).port))
