// A service over its capacity: `pnpm bench:service`. Five hundred clients ask at once, wait a second at most, and come back
// when they are told to. Who is answered, and how late, with and without the middleware.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { GUARDS } from './guards.ts'

const CLIENTS = 500
const PATIENCE_MS = 1000
const WARM_UP_MS = 2000
const MEASURED_MS = 5000

interface Tally {
  readonly answeredMs: number[]
  refused: number
  failed: number
}

const emptyTally = (): Tally => ({ answeredMs: [], refused: 0, failed: 0 })

interface Told {
  readonly status: number
  readonly retryAfterMs: number
}

const ask = (port: number, agent: Agent): Promise<Told> =>
  new Promise((resolve) => {
    const headers = { 'x-request-timeout': `${PATIENCE_MS}ms` }
    const sent = request({ port, host: '127.0.0.1', agent, headers, signal: AbortSignal.timeout(PATIENCE_MS) })
    sent.once('error', () => resolve({ status: 0, retryAfterMs: 0 }))
    sent.once('response', (answer) => {
      const retryAfterMs = Number(answer.headers['retry-after'] ?? 0) * 1000
      answer.once('error', () => resolve({ status: 0, retryAfterMs: 0 }))
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, retryAfterMs })).resume()
    })
    sent.end()
  })

/** Asks again and again. Whoever was refused or failed waits as told, or a second, before the next try. */
const client = async (port: number, agent: Agent, tally: () => Tally, over: () => boolean): Promise<void> => {
  while (!over()) {
    const askedAt = performance.now()
    const { status, retryAfterMs } = await ask(port, agent)
    if (status === 200) tally().answeredMs.push(performance.now() - askedAt)
    else if (status === 503) tally().refused++
    else tally().failed++
    if (status !== 200) await setTimeout((retryAfterMs || 1000) * (0.5 + Math.random()))
  }
}

const quantile = (sorted: readonly number[], share: number): string =>
  sorted.length === 0 ? '–' : String(Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0))

const measure = async (host: string, guard: string): Promise<string> => {
  const child = fork(join(import.meta.dirname, 'server.ts'), [host, guard], {
    execArgv: ['--conditions=@spillway/source'],
  })
  const [port] = (await once(child, 'message')) as [number]
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  let tally = emptyTally()
  let over = false
  const clients = Array.from({ length: CLIENTS }, () =>
    client(
      port,
      agent,
      () => tally,
      () => over,
    ),
  )
  await setTimeout(WARM_UP_MS)
  // each answer counts in the time in which it came
  const measured = (tally = emptyTally())
  await setTimeout(MEASURED_MS)
  tally = emptyTally()
  over = true
  child.kill()
  agent.destroy()
  await Promise.all(clients)
  const sorted = measured.answeredMs.toSorted((a, b) => a - b)
  const perSecond = (count: number): string => (count / (MEASURED_MS / 1000)).toFixed(0)
  return `| ${[guard, perSecond(sorted.length), quantile(sorted, 0.5), quantile(sorted, 0.99), perSecond(measured.refused), perSecond(measured.failed)].join(' | ')} |`
}

for (const host of ['express', 'koa']) {
  const rows: string[] = []
  for (const guard of Object.keys(GUARDS)) rows.push(await measure(host, guard))
  console.log(`### 500 clients, ${host}\n`)
  console.log(
    '| before the handler | answered in time, per s | p50 ms | p99 ms | refused, per s | given up on, per s |',
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  console.log(`${rows.join('\n')}\n`)
}
