import { describe, expect, test } from 'vitest'
import { readFeed, statusGator, type FeedReading } from '../index.ts'
import { monitors } from './__fixtures__/bodies.ts'

const saying = (body: unknown) => ({ fetch: async () => Response.json(body) })
const TOKEN = 'canary-4711'

describe('statusGator', () => {
  const board = async (body: unknown, monitor?: string): Promise<FeedReading> =>
    readFeed(statusGator({ token: TOKEN, board: 'b1', ...saying(body), ...(monitor && { monitor }) }))

  test('all monitors that are not paused', async () => {
    const { components } = await board(monitors())
    expect(components).toEqual([
      { component: 'OpenAI', level: 'degraded', title: 'Elevated Error Rate' },
      { component: 'Anthropic', level: 'operational' },
      { component: 'Relay', level: 'down', title: 'down' },
    ])
  })

  test.for([
    ['UIMPLWZg9D', 'degraded', 'Elevated Error Rate'],
    ['openai', 'degraded', 'Elevated Error Rate'],
    ['Old', 'unknown', 'The monitor is paused'],
    ['Gone', 'unknown', 'There is no monitor Gone on the board'],
  ] as const)('the monitor %s is %s', async ([monitor, level, title]) => {
    expect((await board(monitors(), monitor)).components).toMatchObject([{ level, title }])
  })

  test('maintenance is degraded, and a word of another kind unknown', async () => {
    const data = [{ id: 'm', display_name: 'M', filtered_status: 'maintenance' }]
    expect((await board(monitors({ data }))).level).toBe('degraded')
    expect((await board(monitors({ data: [{ id: 'm', filtered_status: 'sideways' }] }))).level).toBe('unknown')
  })

  test('sends its token as a header, and asks for the board as one part of the path', async () => {
    const asked: [string, unknown][] = []
    const fetch = async (url: unknown, init?: RequestInit): Promise<Response> => {
      asked.push([String(url), new Headers(init?.headers).get('authorization')])
      return Response.json(monitors())
    }
    await readFeed(statusGator({ token: TOKEN, board: 'a/../b', fetch }))
    expect(asked).toEqual([['https://statusgator.com/api/v3/boards/a%2F..%2Fb/monitors', `Bearer ${TOKEN}`]])
  })
})
