import { expect, test } from 'vitest'
import { start } from '../__fixtures__/wire.ts'
import { presets } from '../scenario/presets.ts'

const askFor = (url: string, prompt: string, key: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/images/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ model: 'painter', prompt, response_format: 'b64_json' }),
    ...(signal !== undefined && { signal }),
  })

const pictureIn = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { data: { b64_json: string }[] }).data[0]?.b64_json

test('the same key has the same picture, made once; another key another one', async () => {
  const { url, simulator } = await start(presets.instant)
  const first = await pictureIn(await askFor(url, 'a kite', 'one'))
  expect(await pictureIn(await askFor(url, 'a kite', 'one'))).toBe(first)
  await askFor(url, 'a kite', 'two')
  const { images, requests, outcomes, generations } = simulator.counters().total
  expect({ images, requests, outcomes }).toEqual({ images: 2, requests: 3, outcomes: { ok: 2, replayed: 1 } })
  expect(generations.started).toBe(2)
})

test('a key that stands for another prompt gives no picture of it, and makes none', async () => {
  const { url, simulator } = await start(presets.instant)
  await askFor(url, 'a kite', 'one')
  expect((await askFor(url, 'a heron', 'one')).status).toBe(400)
  const { images, outcomes } = simulator.counters().total
  expect({ images, outcomes }).toEqual({ images: 1, outcomes: { ok: 1, key_of_another_prompt: 1 } })
})

test('who asks again while it is being made waits for it, also when the first has left', async () => {
  const { url, simulator } = await start({ serviceTime: { image: { minMs: 300, meanMs: 300, maxMs: 300 } } })
  const leaving = new AbortController()
  const first = askFor(url, 'a kite', 'one', leaving.signal).catch(() => 'left')
  await expect.poll(() => simulator.counters().total.generations.started).toBe(1)
  leaving.abort()
  expect(await first).toBe('left')
  const again = await askFor(url, 'a kite', 'one')
  expect(again.status).toBe(200)
  expect(simulator.counters().total.images).toBe(1)
  expect(simulator.counters().total.generations).toEqual({ started: 1, completed: 1, abandoned: 0 })
})

test('a connection that broke after the picture was made gives it to who asks again', async () => {
  const { url, simulator } = await start({ ...presets.instant, replies: [{ fault: 'reset', afterChunks: 0 }] })
  await expect(askFor(url, 'a kite', 'one').then((answer) => answer.text())).rejects.toThrow('terminated')
  expect((await askFor(url, 'a kite', 'one')).status).toBe(200)
  const { images, outcomes } = simulator.counters().total
  expect({ images, outcomes }).toEqual({ images: 1, outcomes: { reset: 1, replayed: 1 } })
})

test('what was refused, or came without a picture, is not kept', async () => {
  const { url, simulator } = await start({
    ...presets.instant,
    replies: [{ fault: 'overloaded' }, { fault: 'noImage' }],
  })
  const statuses = []
  for (let i = 0; i < 3; i++) statuses.push((await askFor(url, 'a kite', 'one')).status)
  expect(statuses).toEqual([503, 200, 200])
  expect(simulator.counters().total.outcomes).toEqual({ overloaded: 1, noImage: 1, ok: 1 })
})
