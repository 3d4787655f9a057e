import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { instrument, instrumentHealth } from '@spillway/opentelemetry'
import { expect, onTestFinished, test } from 'vitest'
import { program } from '../program.ts'
import { busyService } from './busy-service.ts'
import { scraped } from './scrape.ts'
import { startPrometheus } from './server.ts'

const FILE = join(import.meta.dirname, '../../../packages/opentelemetry/monitoring/grafana-dashboard.json')

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

/** A query as Grafana would send it, with everything chosen. */
const filledIn = (expr: string): string =>
  expr.replaceAll('$job', '.*').replaceAll('$pipeline', '.*').replaceAll('$__rate_interval', '20s')

test('a real Prometheus answers every query of the dashboard, with series, from what a busy service exports', async (context) => {
  const path = program('prometheus', context)
  const { exporter, meterProvider } = scraped()
  const { calls, stop } = busyService()
  onTestFinished(stop)
  onTestFinished(instrument(calls, { meterProvider }))
  const about = { endpoint: 'official', model: 'painter', feed: 'page' }
  const health = () => ({
    endpoints: [{ ...about, level: 'down' }],
    feeds: [{ ...about, level: 'operational' }],
    disagreements: [{ ...about, worse: 'calls' }],
  })
  onTestFinished(instrumentHealth({ health }, { meterProvider }))
  const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { query } = await startPrometheus(path, `127.0.0.1:${(server.address() as AddressInfo).port}`)

  const { panels } = JSON.parse(readFileSync(FILE, 'utf8')) as { panels: readonly Panel[] }
  const queries = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ title, expr: filledIn(expr) })),
  )
  expect(queries.length).toBeGreaterThan(25)

  const unanswered = async (): Promise<string[]> => {
    const answers = await Promise.all(queries.map(async (each) => ({ ...each, ...(await query(each.expr)) })))
    expect(answers.filter(({ error }) => error !== undefined)).toEqual([])
    return answers.filter(({ result }) => result.length === 0).map(({ title, expr }) => `${title}: ${expr}`)
  }
  let missing = await unanswered()
  for (let i = 0; missing.length > 0 && i < 100; i++) {
    await sleep(300)
    missing = await unanswered()
  }
  expect(missing).toEqual([])
  expect((await query('nonsense(')).error).toContain('parse error')
})
