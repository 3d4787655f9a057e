import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constantBackoff } from '@spillway/core'
import { imagesOf, refusalOf } from '@spillway/openai'
import { readImagePrompt } from '@spillway/simulator'
import { InternalServerError, toFile } from 'openai'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connect, hits, rejection, serve, simulate, startStream } from './openai-world.ts'

const drawing = { model: 'gpt-image-1', prompt: 'a dam in spring' } as const
const image = { created: 1, data: [{ b64_json: 'aGk=' }] }
const busy = { error: { message: 'busy', type: 'service_unavailable_error', code: 'server_is_overloaded' } }

/** A server that is overloaded so many times, and then answers. */
const busyFor = async (times: number): ReturnType<typeof serve> => {
  let left = times
  return serve((_request, response) => {
    const refused = left-- > 0
    response.writeHead(refused ? 503 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(refused ? busy : image))
  })
}

describe('from a prompt to a picture', () => {
  test('out of an overload, as bytes', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded' }] })
    const { client } = connect(url)
    const [picture] = imagesOf(await client.images.generate(drawing))
    expect(picture?.mimeType).toBe('image/png')
    expect(readImagePrompt(Buffer.from(picture?.bytes ?? []))?.prompt).toBe('a dam in spring')
    expect(hits(simulator)).toBe(2)
  })

  test('in a stream: an error before the first draft is not seen, and the finished picture is the last event', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'overloaded' }, { fault: 'noImage' }] })
    const { client, events } = connect(url)
    const types: string[] = []
    const pictures: number[] = []
    for await (const event of await client.images.generate({ ...drawing, stream: true, partial_images: 2 })) {
      types.push(event.type)
      pictures.push(imagesOf(event).length)
    }
    expect(types.map((type) => type.replace('image_generation.', ''))).toEqual([
      'partial_image',
      'partial_image',
      'completed',
    ])
    expect(pictures).toEqual([0, 0, 1])
    expect(hits(simulator)).toBe(3)
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'success' } })
  })

  // hard case: end-without-its-mark
  test('in a stream that ends after a draft, it is an error and no retry', async () => {
    const server = await serve((_request, response) => {
      startStream(response)
      response.end(
        'event: image_generation.partial_image\ndata: {"type":"image_generation.partial_image","b64_json":"aGk="}\n\n',
      )
    })
    const { client } = connect(server.url, { repeatImages: true })
    const reading = (async () => {
      for await (const { type } of await client.images.generate({ ...drawing, stream: true })) void type
    })()
    expect(await rejection(reading)).toMatchObject({ code: 'ERR_SPILLWAY_STREAM_TRUNCATED', contentParts: 1 })
    expect(server.requests).toHaveLength(1)
  })
})

describe('an answer without the image', () => {
  // hard case: answer-without-image
  test.for([
    ['an empty list', 'noImage'],
    ['words', 'textOnly'],
    ['an empty object', 'emptyObject'],
    ['a picture that was withheld', 'blockedOutput'],
  ] as const)('%s is asked for again, and the picture arrives', async ([, fault]) => {
    const { simulator, url } = await simulate({ replies: [{ fault }] })
    const { client } = connect(url)
    expect(imagesOf(await client.images.generate(drawing))).toHaveLength(1)
    expect(hits(simulator)).toBe(2)
  })

  // hard case: answer-without-image
  test('is given as it came when re-rolls are used up', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'noImage', times: 9 }] })
    const { client } = connect(url)
    const { data, response } = await client.images.generate(drawing).withResponse()
    expect(data.data).toEqual([])
    expect(response.status).toBe(200)
    expect(hits(simulator)).toBe(3)
  })
})

describe('an image that may have been made', () => {
  const hang = { replies: [{ fault: 'hang' }] } as const
  const quick = { retry: { backoff: constantBackoff(1) }, timeout: { attemptMs: 300 } }

  // hard case: unknown-image
  test.for([
    ['a time limit', hang, 'ERR_SPILLWAY_TIMEOUT_EXCEEDED'],
    ['half an answer', { replies: [{ fault: 'truncated' }] }, undefined],
    ['a broken connection', { replies: [{ fault: 'reset' }] }, undefined],
    ['a gateway that gave up', { replies: [{ fault: 'badGateway', status: 504 }] }, undefined],
  ] as const)('is not asked for again after %s', async ([, scenario, code]) => {
    const { simulator, url } = await simulate(scenario)
    const { client, events } = connect(url, quick)
    const error = await rejection(client.images.generate(drawing))
    expect(refusalOf(error)?.code).toBe(code)
    expect(hits(simulator)).toBe(1)
    expect(events.find(({ type }) => type === 'retry.exhausted')).toMatchObject({ reason: 'not_repeatable' })
  })

  // hard case: unknown-image
  test('is asked for again where that is allowed, under the same key at each endpoint', async () => {
    const slow = await serve(() => {})
    const relay = await busyFor(1)
    const { client } = connect(slow.url, {
      ...quick,
      repeatImages: true,
      idempotencyHeader: 'x-idempotency-key',
      endpoints: [{ name: 'slow' }, { name: 'relay', baseURL: `${relay.url}/v1`, apiKey: 'relay-key' }],
    })
    expect(imagesOf(await client.images.generate(drawing))).toHaveLength(1)
    await client.images.generate(drawing, { headers: { 'x-idempotency-key': 'mine' } })
    const requests = [...slow.requests, ...relay.requests]
    expect([slow.requests.length, relay.requests.length]).toEqual([1, 3])
    const keys = requests.map(({ headers }) => headers['x-idempotency-key'])
    expect(keys[0]).toMatch(/^[\da-f-]{36}$/)
    expect(keys).toEqual([keys[0], keys[0], keys[0], 'mine'])
  })

  test('is also one by the image tool of a response, and one by a film', async () => {
    for (const ask of [
      (client: ReturnType<typeof connect>['client']) =>
        client.responses.create({ model: 'm', input: 'draw', tools: [{ type: 'image_generation' }] }),
      (client: ReturnType<typeof connect>['client']) => client.post('/videos', { body: { prompt: 'a dam' } }),
    ]) {
      const server = await serve((_request, response) => response.destroy())
      await rejection(ask(connect(server.url, quick).client))
      expect(server.requests).toHaveLength(1)
    }
  })

  test('is not one when words were asked for', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'hang' }] })
    const { client } = connect(url, quick)
    const input = 'What is {"type":"image_generation"}?'
    expect((await client.responses.create({ model: 'm', input })).output_text).toBeTruthy()
    expect(hits(simulator)).toBe(2)
  })

  test('costs no second request by a hedge', async () => {
    const { simulator, url } = await simulate({ replies: [{ fault: 'none', serviceMs: 600_000, times: 2 }] })
    const hedged = { hedge: { delayMs: 50, budgetRatio: 1 } }
    await connect(url, hedged).client.images.generate(drawing)
    expect(hits(simulator)).toBe(1)
    simulator.script([{ fault: 'none', serviceMs: 600_000 }])
    await connect(url, { ...hedged, repeatImages: true }).client.images.generate(drawing)
    expect(hits(simulator)).toBe(3)
  })

  test('after refusals is asked for as often as the time allows', async () => {
    const { simulator, url } = await simulate({
      replies: [{ fault: 'overloaded', times: 2 }, { fault: 'internal' }, { fault: 'rateLimited' }],
    })
    const { client } = connect(url)
    expect(imagesOf(await client.images.generate(drawing))).toHaveLength(1)
    expect(hits(simulator)).toBe(5)
  })
})

describe('edited files', () => {
  // hard case: file-uploads
  test('in memory are sent again as they were', async () => {
    const server = await busyFor(1)
    const { client } = connect(server.url)
    const bytes = Buffer.from([0x89, 0x50, 0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a])
    const file = await toFile(bytes, 'in.png', { type: 'image/png' })
    expect(imagesOf(await client.images.edit({ image: file, prompt: 'brighter', model: 'gpt-image-1' }))).toHaveLength(
      1,
    )
    const [first, second] = server.requests.map(({ headers, bytes: sent }) => {
      const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1] ?? 'none'
      return sent.toString('latin1').replaceAll(boundary, 'BOUNDARY')
    })
    expect(first).toContain(bytes.toString('latin1'))
    expect(second).toBe(first)
  })

  // hard case: file-uploads
  // trap: one-shot-body
  test('read from disk as a stream are sent once, and the error is the provider’s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'in.png'), 'a picture')
    const server = await busyFor(5)
    const { client } = connect(server.url, { repeatImages: true })
    const edit = client.images.edit({
      image: createReadStream(join(folder, 'in.png')),
      prompt: 'x',
      model: 'gpt-image-1',
    })
    const error = await rejection(edit)
    expect(error).toBeInstanceOf(InternalServerError)
    expect(error).toMatchObject({ status: 503, code: 'server_is_overloaded' })
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]?.body).toContain('a picture')
  })

  test('go to a relay under its own name for the model', async () => {
    const first = await busyFor(99)
    const relay = await busyFor(0)
    const { client } = connect(first.url, {
      endpoints: [
        { name: 'first' },
        { name: 'relay', baseURL: `${relay.url}/v1`, apiKey: 'relay-key', models: { 'gpt-image-1': 'vendor/paint' } },
      ],
    })
    const file = await toFile(Buffer.from('a picture'), 'in.png', { type: 'image/png' })
    await client.images.edit({ image: file, prompt: 'brighter', model: 'gpt-image-1' })
    expect(relay.requests[0]?.body).toMatch(/name="model"\s+vendor\/paint/)
    expect(relay.requests[0]?.body).toContain('a picture')
  })
})
