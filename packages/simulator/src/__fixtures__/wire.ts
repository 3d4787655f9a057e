import { afterEach } from 'vitest'
import { presets } from '../scenario/presets.ts'
import type { Scenario } from '../scenario/scenario.ts'
import { type Simulator, type SimulatorOptions, createSimulator } from '../simulator.ts'

const open: Simulator[] = []
afterEach(async () => {
  for (const simulator of open.splice(0)) await simulator.close()
})

/** A listening simulator that is closed after the test. */
export async function start(
  scenario: Scenario = presets.instant,
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; url: string }> {
  const simulator = createSimulator(scenario, options)
  open.push(simulator)
  const { url } = await simulator.listen()
  return { simulator, url }
}

export const CHAT = { model: 'gpt-5', messages: [{ role: 'user', content: 'Tell me of rivers' }] }
export const GENERATE = '/v1beta/models/gemini-3.5-flash:generateContent'
export const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'Tell me of rivers' }] }] }

export const post = (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
    ...(signal && { signal }),
  })

export const chat = (url: string, headers?: Record<string, string>): Promise<Response> =>
  post(`${url}/v1/chat/completions`, CHAT, headers)
