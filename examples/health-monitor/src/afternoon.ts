import { setTimeout as sleep } from 'node:timers/promises'
import { monitor, overloadAbove, statusDisagrees, statuspage, webhook } from '@spillway/monitor'
import { pipelineOf, resilient } from '@spillway/openai'
import { createSimulator } from '@spillway/simulator'
import OpenAI from 'openai'
import { hurriedClock } from './hurried-clock.ts'
import { channel, greenPage } from './servers.ts'

const MINUTE = 60_000
const CALL_EVERY = 5000
const LASTING = 19 * MINUTE

/**
 * Nineteen minutes of a service whose model refuses most calls for a while, and whose provider's page stays green.
 *
 * @param timeScale how many times as fast as in life: at 90 a minute takes two thirds of a second
 */
export const afternoon = async (print: (line: string) => void, timeScale = 90): Promise<void> => {
  const simulator = createSimulator(
    { phases: [{ kind: 'brownOut', atMs: 3 * MINUTE, durationMs: 9 * MINUTE, refusedRatio: 0.8 }] },
    { timeScale },
  )
  const { url } = await simulator.listen()
  const clock = hurriedClock(timeScale)
  const say = (line: string): void => {
    const seconds = Math.floor(clock.now() / 1000)
    print(`${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}  ${line}`)
  }
  const page = await greenPage()
  const slack = await channel((text) => say(`#alerts   ${text}`))

  const client = resilient(new OpenAI({ baseURL: `${url}/v1`, apiKey: 'any' }), {
    endpoints: [{ name: 'official' }],
    name: 'chat',
    clock,
  })
  const watch = monitor({
    pipelines: [pipelineOf(client)],
    feeds: [statuspage({ url: page.url, name: 'status page', component: 'images' })],
    feedTimeoutMs: 2 * MINUTE,
    alerts: {
      rules: [overloadAbove({ ratio: 0.5, forMs: MINUTE }), statusDisagrees()],
      sinks: [webhook({ url: `${slack.url}/services/a-secret`, timeoutMs: 2 * MINUTE, clock })],
    },
    clock,
  })
  watch.events.subscribe((event) => {
    if (event.type === 'feed.changed') say(`page      ${event.to}`)
    if (event.type === 'health.changed') say(`calls     ${event.endpoint} is ${event.to}, it was ${event.from}`)
  })

  const ask = (): Promise<unknown> =>
    client.chat.completions.create({ model: 'a-model', messages: [{ role: 'user', content: 'What holds the flood?' }] })
  while (clock.now() < LASTING) {
    void ask().catch(() => {})
    await sleep(CALL_EVERY / timeScale)
  }
  const [health] = watch.health().endpoints
  say(
    `in the end ${health?.level}: ${health?.attempts} attempts in the last three minutes, half within ${Math.round(health?.durationMs?.p50 ?? 0)} ms`,
  )

  await watch.idle()
  watch.dispose()
  page.close()
  slack.close()
  await simulator.close()
}
