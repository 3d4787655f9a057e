// Other places for the same calls: their own keys, their own names for a model.
import { imagesOf } from '@spillway/gemini'
import { readImagePrompt } from '@spillway/simulator'
import { describe, expect, test } from 'vitest'
import { ASK, CHAT_MODEL, connect, IMAGE_MODEL, ofType, provide, requests } from './gemini-world.ts'

describe('failover', () => {
  test('goes to the second endpoint with its own key and its own name for the model', async () => {
    const { simulator, url, relayUrl } = await provide({ fault: 'overloaded', times: 5 })
    const relay = {
      name: 'relay',
      baseUrl: relayUrl,
      apiKey: 'relay-key',
      models: { [IMAGE_MODEL]: 'banana-pro' },
    }
    const { ai, events } = connect(url, { endpoints: [{ name: 'official' }, relay] })
    const response = await ai.models.generateContent({ model: IMAGE_MODEL, contents: 'A red kite' })
    const [image] = imagesOf(response)
    expect(readImagePrompt(image?.bytes ?? new Uint8Array())).toEqual({ prompt: 'A red kite', model: 'banana-pro' })
    expect(response.modelVersion).toBe('banana-pro')
    const { endpoints } = simulator.counters()
    expect([endpoints['default']?.requests, endpoints['relay']?.requests]).toEqual([1, 1])
    expect(ofType(events, 'endpoint.failed_over')).toMatchObject([{ from: 'official', to: 'relay' }])
  })

  test('an endpoint without quota for the model is left at once', async () => {
    const { simulator, url, relayUrl } = await provide({ fault: 'zeroQuota', times: 5 })
    const relay = {
      name: 'relay',
      baseUrl: relayUrl,
      apiKey: 'relay-key',
      models: { [CHAT_MODEL]: 'banana-pro' },
    }
    const { ai } = connect(url, { endpoints: [{ name: 'official' }, relay], expect: 'content' })
    await ai.models.generateContent(ASK)
    expect(requests(simulator)).toBe(2)
  })
})
