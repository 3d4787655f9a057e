import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { instrumentHealth } from '@spillway/opentelemetry'
import { expect, onTestFinished, test } from 'vitest'
import { program } from '../program.ts'
import { alertmanager } from './alertmanager.ts'
import { RULES } from './promtool.ts'
import { scraped } from './scrape.ts'
import { freeAddress, startPrometheus, startServer } from './server.ts'

const EXAMPLE = join(RULES, '../alertmanager-example.yml')

test('amtool finds nothing wrong with the routes that are shipped, and they lead where they say', (context) => {
  const amtool = program('amtool', context)
  const say = (...args: string[]): string => {
    const { stdout, stderr } = spawnSync(amtool, args, { encoding: 'utf8' })
    return `${stdout}${stderr}`
  }
  expect(say('check-config', EXAMPLE)).toMatch(/SUCCESS\nFound:[\s\S]*2 inhibit rules[\s\S]*3 receivers/)
  const routed = (severity: string): string =>
    say('config', 'routes', 'test', `--config.file=${EXAMPLE}`, `severity=${severity}`).split('\n')[0] ?? ''
  expect(['critical', 'warning', 'info'].map(routed)).toEqual(['at-once', 'team', 'later'])
})

/** Listens until the test ends; gives the address. */
const listening = async (server: ReturnType<typeof createServer>): Promise<string> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a real Prometheus and a real Alertmanager carry a disagreement to a webhook, and its end', async (context) => {
  const prometheus = program('prometheus', context)
  const command = alertmanager(program('prometheus-alertmanager', context), context)
  const heard: { readonly path: string; readonly status: string; readonly summary: string }[] = []
  const hook = await listening(
    createServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        const { status, alerts } = JSON.parse(body) as {
          status: string
          alerts: { annotations: { summary: string } }[]
        }
        heard.push({ path: request.url ?? '', status, summary: alerts[0]?.annotations.summary ?? '' })
        response.end()
      })
    }),
  )
  const { exporter, meterProvider } = scraped()
  let disagree = true
  const about = { endpoint: 'official', model: 'painter', feed: 'page', worse: 'calls' }
  const health = () => ({ endpoints: [], feeds: [], disagreements: disagree ? [about] : [] })
  onTestFinished(instrumentHealth({ health }, { meterProvider }))
  const target = await listening(
    createServer((request, response) => exporter.getMetricsRequestHandler(request, response)),
  )

  // What is shipped, without the waits.
  const folder = mkdtempSync(join(tmpdir(), 'spillway-alertmanager-'))
  const hasty = (name: string, source: string): string => {
    const path = join(folder, name)
    const text = readFileSync(source, 'utf8').replaceAll('127.0.0.1:5001', hook)
    writeFileSync(path, text.replaceAll('for: 1m', 'for: 0m').replaceAll(/(group_wait|group_interval): \w+/g, '$1: 1s'))
    return path
  }
  const rules = hasty('rules.yml', RULES)
  const config = hasty('alertmanager.yml', EXAMPLE)
  const address = await freeAddress()
  const args = [`--config.file=${config}`, `--storage.path=${folder}`, '--cluster.listen-address=']
  await startServer(command, args, address, folder)
  await startPrometheus(prometheus, target, { rules, alertmanager: address })

  await expect
    .poll(() => heard, { timeout: 30_000 })
    .toEqual([
      {
        path: '/team',
        status: 'firing',
        summary: 'page and the calls to official disagree; the bad news is from the calls',
      },
    ])
  disagree = false
  await expect.poll(() => heard.at(-1)?.status, { timeout: 30_000 }).toBe('resolved')
})
