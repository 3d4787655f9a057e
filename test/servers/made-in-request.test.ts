import { once } from 'node:events'
import * as forExpress from '@spillway/express'
import * as forKoa from '@spillway/koa'
import { expect, onTestFinished, test } from 'vitest'
import { hosts, type Mounted, type Site } from './hosts.ts'

const [onExpress, onKoa] = hosts.map(({ serve }) => {
  return async (mounted: Mounted): Promise<() => Promise<number>> => {
    const site: Site = { mounted: [mounted], routes: { '/': ({ send }) => send('ok') } }
    const { url } = await serve(site)
    return async () => (await fetch(url)).status
  }
}) as [Serve, Serve]
type Serve = (mounted: Mounted) => Promise<() => Promise<number>>

const heard = (): string[] => {
  const codes: string[] = []
  const listen = (warning: Error & { code?: string }): void =>
    void codes.push(`${warning.code} ${warning.message.split(' ')[0]}`)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  return codes
}

test('a middleware that is made when it is first wanted, and then kept, is no mistake', async () => {
  const codes = heard()
  for (let route = 0; route < 12; route++) {
    let kept: forExpress.LoadShed | undefined
    const ask = await onExpress({
      express: (request, response, next) => (kept ??= forExpress.loadShed())(request, response, next),
      koa: forKoa.loadShed(),
    })
    expect([await ask(), await ask()]).toEqual([200, 200])
  }
  expect(codes).toEqual([])
})

test('one that is made anew for each request counts nothing together, and a warning says so once', async () => {
  const codes = heard()
  const options = { limit: 1, name: 'free' }
  const limited = await onExpress({
    express: (request, response, next) => forExpress.rateLimit(options)(request, response, next),
    koa: forKoa.rateLimit(options),
  })
  const shed = await onKoa({
    express: forExpress.loadShed(),
    koa: (ctx, next) => forKoa.loadShed()(ctx, next),
  })
  for (let at = 0; at < 9; at++) expect([await limited(), await shed()]).toEqual([200, 200])
  expect(codes).toEqual([])
  const warned = once(process, 'warning')
  for (let at = 0; at < 12; at++) await Promise.all([limited(), shed()])
  await warned
  expect(codes.toSorted()).toEqual([
    'SPILLWAY_MIDDLEWARE_MADE_IN_REQUEST loadShed()',
    'SPILLWAY_MIDDLEWARE_MADE_IN_REQUEST rateLimit()',
  ])
})
