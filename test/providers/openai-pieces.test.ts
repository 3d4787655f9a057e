import { describe, expect, test } from 'vitest'
import { ask, connect, hits, rejection, serve, simulate, startStream, textOf } from './openai-world.ts'

const streaming = { ...ask(), stream: true } as const

describe('pieces of any size', () => {
  // hard case: any-boundary
  test.for([
    ['lines that end with CR and LF, apart', { fault: 'crlf' }],
    ['one byte at a time', { fault: 'drip', bytes: 1, everyMs: 1 }],
    ['an event of 5 MB', { fault: 'hugeEvent' }],
  ] as const)('%s make the same stream', async ([, reply]) => {
    const { simulator, url } = await simulate({ replies: [{ ...reply, text: 'ein Fluß, 河, 🌊, läuft' }] })
    const { client, events } = connect(url)
    expect(await textOf(await client.chat.completions.create(streaming))).toBe('ein Fluß, 河, 🌊, läuft')
    expect(hits(simulator)).toBe(1)
    await expect.poll(() => events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'success' } })
  })

  // hard case: any-boundary
  test.for(['resetInCharacter', 'halfEvent'] as const)(
    '%s before the first content is repaired unseen',
    async (fault) => {
      const { simulator, url } = await simulate({
        replies: [
          { fault, afterChunks: 0 },
          { fault: 'none', text: 'the whole text' },
        ],
      })
      const { client } = connect(url)
      expect(await textOf(await client.chat.completions.create(streaming))).toBe('the whole text')
      expect(hits(simulator)).toBe(2)
    },
  )

  // hard case: any-boundary
  test.for(['resetInCharacter', 'halfEvent'] as const)(
    '%s after it is an error, and nothing half is read',
    async (fault) => {
      const { simulator, url } = await simulate({ replies: [{ fault, afterChunks: 3, serviceMs: 3_000_000 }] })
      const { client, events } = connect(url)
      const seen: string[] = []
      const reading = (async () => {
        for await (const { choices } of await client.chat.completions.create(streaming))
          if (choices[0]?.delta.content) seen.push(choices[0].delta.content)
      })()
      expect((await rejection(reading)) as Error).not.toMatchObject({ name: 'AbortError' })
      // A reset takes what is on its way with it.
      expect(seen.length).toBeGreaterThan(0)
      expect(seen.length).toBeLessThanOrEqual(3)
      expect(hits(simulator)).toBe(1)
      expect(events.at(-1)).toMatchObject({ type: 'call.completed', verdict: { kind: 'transient' } })
    },
  )

  // hard case: any-boundary
  test('an image of megabytes arrives whole in one event', async () => {
    const bytes = Buffer.alloc(4_000_000, 'picture')
    const event = { type: 'image_generation.completed', b64_json: bytes.toString('base64') }
    const server = await serve((_request, response) => {
      startStream(response)
      response.end(`event: image_generation.completed\r\ndata: ${JSON.stringify(event)}\r\n\r\n`)
    })
    const { client } = connect(server.url)
    const drawing = { model: 'm', prompt: 'a dam', stream: true } as const
    for await (const each of await client.images.generate(drawing))
      expect(Buffer.from(each.b64_json, 'base64').equals(bytes)).toBe(true)
    expect.assertions(1)
  })
})
