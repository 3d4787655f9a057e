import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Command } from './alertmanager.ts'

/** A Prometheus that scrapes one target, and answers queries. */
export interface Prometheus {
  /** The series that a query gives now, or what is wrong with it. */
  readonly query: (expr: string) => Promise<{ readonly error?: string; readonly result: readonly unknown[] }>
}

/** Which rules it evaluates, and who is told of their alerts. */
interface Alerting {
  readonly rules: string
  readonly alertmanager: string
}

/** An address at which nobody listens. */
export const freeAddress = (): Promise<string> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(`127.0.0.1:${port}`))
    })
  })

/** Starts a program that serves at an address. It ends with the test, and its folder goes with it. Ready when it says so. */
export const startServer = async (
  [path, ...first]: Command,
  args: readonly string[],
  address: string,
  folder: string,
): Promise<void> => {
  const child = spawn(path, [...first, `--web.listen-address=${address}`, '--log.level=error', ...args], {
    stdio: 'ignore',
  })
  const gone = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
    rmSync(folder, { recursive: true, force: true })
  })
  const ready = async (): Promise<boolean> => {
    const answer = await fetch(`http://${address}/-/ready`).catch(() => undefined)
    return answer?.ok === true
  }
  for (let i = 0; !(await ready()); i++) {
    if (i === 100 || child.exitCode !== null) throw new Error(`${path} did not start.`)
    await sleep(100)
  }
}

/** Starts a Prometheus that ends with the test. Ready when it answers. */
export const startPrometheus = async (path: string, target: string, alerting?: Alerting): Promise<Prometheus> => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-prometheus-'))
  const config = join(folder, 'prometheus.yml')
  const alertmanagers = [{ static_configs: [{ targets: [alerting?.alertmanager] }] }]
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
      scrape_configs: [{ job_name: 'api', static_configs: [{ targets: [target] }] }],
      ...(alerting === undefined ? {} : { rule_files: [alerting.rules], alerting: { alertmanagers } }),
    }),
  )
  const address = await freeAddress()
  await startServer([path], [`--config.file=${config}`, `--storage.tsdb.path=${folder}`], address, folder)
  return {
    async query(expr) {
      const answer = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query: expr })}`)
      const { error, data } = (await answer.json()) as { error?: string; data?: { result: readonly unknown[] } }
      return { ...(error === undefined ? {} : { error }), result: data?.result ?? [] }
    },
  }
}
