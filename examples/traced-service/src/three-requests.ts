import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { constantBackoff } from '@spillway/core'
import { resilient } from '@spillway/openai'
import { createSimulator } from '@spillway/simulator'
import OpenAI from 'openai'
import { drawTrace } from './draw-trace.ts'
import { poemService } from './service.ts'
import { startTracing } from './tracing.ts'

/** How often each endpoint is overloaded while a request is served. */
const AFTERNOON = [
  { says: 'One endpoint is overloaded, the other answers', official: 1, relay: 0 },
  { says: 'Both are overloaded for a moment', official: 1, relay: 1 },
  { says: 'Both are overloaded for longer than the request may take', official: 100, relay: 100 },
]

/** Three requests to a service whose model is overloaded, and the trace of each. Nothing leaves this machine. */
export const threeRequests = async (print: (line: string) => void): Promise<void> => {
  const tracing = startTracing()
  const simulator = createSimulator({ endpoints: { relay: { keys: ['relay-key'] } } }, { timeScale: 1000 })
  const { url } = await simulator.listen()
  const client = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'official-key' }), {
    name: 'poems',
    endpoints: [{ name: 'official' }, { name: 'relay', baseURL: `${url}/e/relay/v1`, apiKey: 'relay-key' }],
    // Quicker than anybody should be with a real model, whose defaults are two seconds and three minutes.
    retry: { backoff: constantBackoff(400) },
    adaptiveConcurrency: { paceMs: 50 },
    timeout: { totalMs: 2500 },
  })
  const service = poemService(client).listen(0, '127.0.0.1')
  await once(service, 'listening')
  const { port } = service.address() as AddressInfo

  for (const [before, { says, official, relay }] of AFTERNOON.entries()) {
    if (official > 0) simulator.script([{ fault: 'overloaded', times: official }])
    if (relay > 0) simulator.script([{ fault: 'overloaded', times: relay }], 'relay')
    // Outside of any trace, as a user is: the service begins one.
    const answer = await fetch(`http://127.0.0.1:${port}/poems?about=herons`)
    await answer.text()
    // The service's own span ends a moment after its answer.
    const served = () => tracing.spans().filter(({ name }) => name === 'GET /poems')
    while (served().length <= before) await setImmediate()
    const root = served().at(-1)
    print(`${says}: the user gets ${answer.status}.`)
    for (const line of drawTrace(tracing.spans(), root?.spanContext().traceId ?? '')) print(line)
    print('')
  }
  service.close()
  service.closeAllConnections()
  await simulator.close()
  await tracing.stop()
}
