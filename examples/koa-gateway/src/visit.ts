import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createEventParser } from '@spillway/http'
import { createSimulator } from '@spillway/simulator'
import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { startGateway } from './gateway.ts'

/** What happens to the users of the gateway, line by line. */
export async function* visit(): AsyncGenerator<string> {
  const text = 'water goes past the dam'
  const model = createSimulator(
    {
      abandoned: 'stop',
      serviceTime: { chat: { firstTokenMs: 3000 } },
      replies: [
        { fault: 'badGateway' },
        { fault: 'none', text },
        { fault: 'stall', afterChunks: 1, serviceMs: 600_000 },
        { fault: 'none', text, times: 9 },
      ],
    },
    { timeScale: 10 },
  )
  const { url: baseURL } = await model.listen()
  const { server, shutdown } = startGateway({ baseURL: `${baseURL}/v1`, apiKey: 'any' })
  if (!server.listening) await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const ask = (user: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user': user, ...headers },
      body: JSON.stringify({ question: 'What holds the flood?' }),
    })

  const first = await ask('ann')
  let said = ''
  for await (const word of words(first)) said += word
  yield `ann: ${first.status} "${said}", ${model.counters().total.requests} requests to the model`

  for await (const word of words(await ask('bob'))) if (word !== '') break
  for (let looks = 0; looks < 200 && model.counters().total.generations.abandoned === 0; looks++) await setTimeout(10)
  yield `bob: left after the first word, ${model.counters().total.generations.abandoned} generation ended for him`

  const hurried = await ask('cleo', { 'x-request-timeout': '60ms' })
  yield `cleo: ${[503, 504].includes(hurried.status) ? 'told in time that there is no time' : hurried.status}`

  for (let question = 2; question <= 4; question++) {
    const answer = await ask('ann')
    await answer.text()
    yield answer.status === 200
      ? 'ann: 200'
      : `ann: ${answer.status}, RateLimit ${answer.headers.get('ratelimit')?.split(';t=')[0]}`
  }

  yield `health: ${((await (await fetch(`${url}/health`)).json()) as { status: string }).status}`
  const stopping = shutdown()
  const { status } = await fetch(`${url}/ready`)
  const { cut } = await stopping
  yield `stopped: ${cut === 0 ? 'nothing' : cut} cut, ready said ${status}`
  await model.close()
}

/** The words of an answer, as they arrive. Leaving the loop closes the connection. */
async function* words(answer: Response): AsyncGenerator<string> {
  const parser = createEventParser()
  for await (const bytes of answer.body ?? [])
    for (const { data } of parser.feed(bytes)) {
      if (data === '[DONE]') return
      const chunk = JSON.parse(data) as ChatCompletionChunk
      const word = chunk.choices[0]?.delta.content
      if (typeof word === 'string' && word !== '') yield word
    }
}
