import { describe, expect, test } from 'vitest'
import { connect, rejection, serve, startStream } from './openai-world.ts'

describe('the responses API', () => {
  const event = (type: string, fields: object = {}): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...fields })}\n\n`
  const created = event('response.created', {
    response: { id: 'r', object: 'response', status: 'in_progress', output: [] },
  })
  const delta = event('response.output_text.delta', {
    item_id: 'i',
    output_index: 0,
    content_index: 0,
    delta: 'hi',
    logprobs: [],
  })
  const completed = event('response.completed', {
    response: { id: 'r', object: 'response', status: 'completed', output: [{ type: 'message' }] },
  })
  const failed = event('response.failed', {
    response: { status: 'failed', error: { code: 'server_is_overloaded', message: '' } },
  })

  const replying = async (...replies: string[]): Promise<Awaited<ReturnType<typeof serve>>> => {
    const left = [...replies]
    return serve((_request, response) => {
      startStream(response)
      response.end(left.shift())
    })
  }
  const types = async (url: string): Promise<{ types: string[]; events: { type: string }[] }> => {
    const { client, events } = connect(url)
    const seen: string[] = []
    for await (const { type } of await client.responses.create({ model: 'm', input: 'hi', stream: true }))
      seen.push(type)
    return { types: seen, events }
  }

  // hard case: failure-with-status-200
  test('a failure before output is retried out of sight', async () => {
    const server = await replying(
      created + failed,
      created + event('error', { code: 'server_error', message: '' }),
      created + delta + completed,
    )
    const { types: seen } = await types(server.url)
    expect(seen).toEqual(['response.created', 'response.output_text.delta', 'response.completed'])
    expect(server.requests).toHaveLength(3)
  })

  // hard case: end-without-its-mark
  // trap: errors-inside-streams
  test('an end without response.completed is an error', async () => {
    const server = await replying(created + delta)
    expect(await rejection(types(server.url))).toMatchObject({ name: 'StreamTruncatedError' })
    expect(server.requests).toHaveLength(1)
  })
})
