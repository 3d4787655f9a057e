import { describe, expect, test } from 'vitest'
import { readFeed, googleCloudStatus, type FeedReading } from '../index.ts'
import { cloudHistory, cloudIncident } from './__fixtures__/bodies.ts'

const saying = (body: unknown) => ({ fetch: async () => Response.json(body) })

describe('googleCloudStatus', () => {
  const cloud = async (incidents: unknown, options = {}): Promise<FeedReading> =>
    readFeed(googleCloudStatus({ ...saying(incidents), ...options }))

  test.for([
    ['SERVICE_OUTAGE', 'down'],
    ['SERVICE_DISRUPTION', 'degraded'],
    ['SERVICE_INFORMATION', 'operational'],
    ['AVAILABLE_INFORMATION', 'operational'],
    ['SOMETHING_NEW', 'unknown'],
    [undefined, 'unknown'],
  ] as const)('an incident of %s is %s, with its title', async ([status_impact, level]) => {
    const { components } = await cloud([cloudHistory, cloudIncident({ status_impact })])
    expect(components).toEqual([
      {
        component: 'Vertex Gemini API',
        level,
        since: Date.UTC(2026, 0, 1, 8, 30),
        title: 'Elevated 503 errors for Gemini models',
        link: 'https://status.cloud.google.com/incidents/kx1Yq3TestIncident01',
      },
    ])
  })

  test('the worst of several counts', async () => {
    const incidents = [
      cloudIncident({ status_impact: 'SERVICE_INFORMATION' }),
      cloudIncident({ status_impact: 'SERVICE_OUTAGE' }),
      cloudIncident(),
    ]
    expect((await cloud(incidents)).level).toBe('down')
  })

  test.for([
    ['that has ended', { end: '2026-01-01T10:00:00+00:00' }],
    ['whose last update says that it works again', { most_recent_update: { status: 'AVAILABLE' } }],
    ['of another product, whatever it says', { affected_products: [{ id: 'x', title: 'Gemini' }] }],
    ['without products', { affected_products: undefined }],
  ] as const)('an incident %s is none', async ([, changes]) => {
    expect((await cloud([cloudIncident(changes)])).level).toBe('operational')
  })

  test.for([
    [['us-central1'], [{ id: 'us-central1' }], 'degraded'],
    [['europe-west4'], [{ id: 'us-central1' }], 'operational'],
    [['europe-west4'], [{ id: 'us-central1' }, { id: 'europe-west4' }], 'degraded'],
    [['europe-west4'], [{ id: 'global' }], 'degraded'],
    [['europe-west4'], [], 'degraded'],
    [['europe-west4'], undefined, 'degraded'],
    [undefined, [{ id: 'us-central1' }], 'degraded'],
  ] as const)('asked for %j, with %j affected: %s', async ([locations, currently_affected_locations, level]) => {
    const incident = cloudIncident({ currently_affected_locations })
    expect((await cloud([incident], locations && { locations })).level).toBe(level)
  })

  test('has a component for each product', async () => {
    const product = ['sdXM79fz1FS6ekNpu37K', 'Z0FZJAMvEB4j3NbCJs6B', '__proto__']
    const { components } = await cloud([cloudIncident()], { product })
    expect(components.map(({ component, level }) => [component, level])).toEqual([
      ['Vertex AI Online Prediction', 'degraded'],
      ['Vertex Gemini API', 'degraded'],
      ['__proto__', 'operational'],
    ])
  })

  test('without incidents all is well', async () => {
    expect(await cloud([])).toMatchObject({ feed: 'google-cloud', level: 'operational' })
  })
})
