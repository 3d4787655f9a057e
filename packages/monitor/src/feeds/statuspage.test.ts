import { describe, expect, test } from 'vitest'
import { readFeed, anthropicStatus, openaiStatus, statuspage, type FeedReading } from '../index.ts'
import { incidentIoSummary, summary } from './__fixtures__/bodies.ts'

const saying = (body: unknown) => ({ fetch: async () => Response.json(body) })

describe('statuspage', () => {
  const page = async (body: unknown, component?: string | string[]): Promise<FeedReading> =>
    readFeed(statuspage({ url: 'https://status.example.com', ...saying(body), ...(component && { component }) }))

  test('a component by id or by name has its status and its own open incident', async () => {
    const expected = {
      component: 'Claude API (api.anthropic.com)',
      level: 'degraded',
      since: Date.UTC(2026, 0, 1, 8, 40),
      title: 'Elevated errors on requests',
      link: 'https://stspg.io/q1w2e3',
    }
    expect((await page(summary(), 'k8w3r06qmzrp')).components).toEqual([expected])
    expect((await page(summary(), 'claude api (API.anthropic.com)')).components).toEqual([expected])
  })

  test.for([
    ['operational', 'operational'],
    ['degraded_performance', 'degraded'],
    ['partial_outage', 'degraded'],
    ['under_maintenance', 'degraded'],
    ['major_outage', 'down'],
    ['full_outage', 'down'],
    ['on_fire', 'unknown'],
  ] as const)('a component that is %s is %s', async ([status, level]) => {
    const body = summary({ components: [{ id: 'c', name: 'API', status }], status: { indicator: 'critical' } })
    expect((await page(body, 'API')).components).toEqual([
      { component: 'API', level, ...(level === 'operational' ? {} : { title: status.replaceAll('_', ' ') }) },
    ])
  })

  test.for([
    ['none', 'operational'],
    ['minor', 'degraded'],
    ['maintenance', 'degraded'],
    ['major', 'down'],
    ['critical', 'down'],
    ['purple', 'unknown'],
  ] as const)('a page of %s is %s where no component is named', async ([indicator, level]) => {
    const { components } = await page(summary({ status: { indicator, description: 'In words' }, incidents: [] }))
    expect(components).toEqual([
      { component: 'Claude', level, ...(level === 'operational' ? {} : { title: 'In words' }) },
    ])
  })

  test('a component that is not there stands for the whole page, and says so', async () => {
    const { components } = await page(summary(), ['Claude Code', 'Gone'])
    expect(components.map(({ level, title }) => [level, title])).toEqual([
      ['operational', undefined],
      ['down', 'There is no component Gone on the page: this is the whole page'],
    ])
  })

  test('of two components with one name the worse counts', async () => {
    expect((await page(incidentIoSummary(), 'Login')).level).toBe('down')
  })

  test('the address of the page is enough, and that of its summary is taken as it is', async () => {
    const asked: string[] = []
    const fetch = async (url: unknown): Promise<Response> => {
      asked.push(String(url))
      return Response.json(summary())
    }
    await readFeed(statuspage({ url: 'https://status.example.com/', fetch }))
    await readFeed(statuspage({ url: 'https://x.example.com/a/summary.json?b=1', fetch }))
    await readFeed(openaiStatus({ fetch }))
    await readFeed(anthropicStatus({ fetch }))
    expect(asked).toEqual([
      'https://status.example.com/api/v2/summary.json',
      'https://x.example.com/a/summary.json?b=1',
      'https://status.openai.com/api/v2/summary.json',
      'https://status.claude.com/api/v2/summary.json',
    ])
  })

  test('OpenAI is as its API, not as its page', async () => {
    expect((await readFeed(openaiStatus(saying(incidentIoSummary())))).level).toBe('operational')
    const { level, components } = await readFeed(openaiStatus(saying(incidentIoSummary('degraded_performance'))))
    expect([level, components.map(({ component }) => component)]).toEqual([
      'degraded',
      ['Chat Completions', 'Responses', 'Images'],
    ])
  })

  test('Anthropic is as its API, not as its application', async () => {
    expect(await readFeed(anthropicStatus(saying(summary())))).toMatchObject({ feed: 'anthropic', level: 'degraded' })
  })
})
