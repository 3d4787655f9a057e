import { describe, expect, test } from 'vitest'
import { feedsFor, readShownFeed } from './shown-feed.ts'

describe('feeds', () => {
  test.for([
    ['generativelanguage.googleapis.com', 'google-cloud'],
    ['us-central1-aiplatform.googleapis.com', 'google-cloud'],
    ['api.openai.com', 'openai'],
    ['eu.api.openai.com', 'openai'],
    ['api.anthropic.com', 'anthropic'],
    ['api.groq.com', 'groq'],
    ['api.cohere.com', 'cohere'],
    ['relay.example', undefined],
    ['api.openai.com.relay.example', undefined],
    ['myapi.openai.com', undefined],
    ['', undefined],
  ] as const)('of %s: %s is known', ([host, name]) => {
    expect(feedsFor([{ endpoint: 'any', host }], []).map(({ feed }) => feed.name)).toEqual(name ? [name] : [])
  })

  test('are asked once for several endpoints, and not where another one was named for all of them', () => {
    const host = 'api.openai.com'
    const two = [
      { endpoint: 'first', host },
      { endpoint: 'second', host },
    ]
    const names = (named: readonly string[]): string[] =>
      feedsFor(two, named.map(readShownFeed)).map(({ feed }) => feed.name)
    expect(names([])).toEqual(['openai'])
    expect(names(['https://status.example.com,endpoint=first'])).toEqual(['openai'])
    expect(names(['https://status.example.com,endpoint=first,endpoint=second'])).toEqual([])
    expect(names(['openai,component=Images'])).toEqual([])
  })

  test.for(['gemini', 'openai,colour=red', 'openai,component', 'status.example.com', '__proto__', ''])(
    '%j is no feed, and what is one is said',
    (text) => {
      expect(() => readShownFeed(text)).toThrow(
        expect.objectContaining({
          code: 'ERR_SPILLWAY_USAGE',
          message: expect.stringContaining('google-cloud, openai, anthropic'),
        }),
      )
    },
  )
})
