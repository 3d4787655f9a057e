import { describe, expect, it } from 'vitest'
import { readAccess } from './access.ts'

const KEY = 'sk-canary-0123456789abcdef'

describe('who is asked', () => {
  it('is Gemini where its key is set, and OpenAI only where there is an address for it as well', () => {
    expect(readAccess({ GEMINI_API_KEY: KEY, OPENAI_API_KEY: KEY })).toEqual([
      { name: 'gemini', api: 'gemini', keyVariable: 'GEMINI_API_KEY', apiKey: KEY, model: 'gemini-2.5-flash-image' },
    ])
  })

  it('is the relay after Gemini where both are set, with the same model', () => {
    const env = { GEMINI_API_KEY: KEY, OPENAI_API_KEY: 'other-key', OPENAI_BASE_URL: 'https://relay.example/v1' }
    expect(readAccess(env, { model: 'banana' })).toMatchObject([
      { name: 'gemini', model: 'banana' },
      { name: 'relay', api: 'images', baseUrl: 'https://relay.example/v1', apiKey: 'other-key', model: 'banana' },
    ])
  })

  it('is OpenAI, or whatever speaks as it does, where there is no Gemini key', () => {
    expect(readAccess({ OPENAI_API_KEY: KEY })).toMatchObject([{ name: 'openai', model: 'gpt-image-1' }])
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }
    expect(readAccess(env, { api: 'chat' })).toMatchObject([{ api: 'chat', baseUrl: 'http://127.0.0.1:1/v1' }])
  })

  it('takes further endpoints, each with a key variable, a model and a name of its own', () => {
    const env = { GEMINI_API_KEY: KEY, RELAY_API_KEY: 'first', SECOND: 'second' }
    const endpoints = [
      'https://a.example/v1',
      'https://a.example/v2,key=SECOND,model=nano,api=chat',
      'https://b.example,api=gemini,name=mirror',
    ]
    expect(readAccess(env, { endpoints })).toMatchObject([
      { name: 'gemini' },
      { name: 'a.example', apiKey: 'first', api: 'images', model: 'gemini-2.5-flash-image' },
      { name: 'a.example-2', apiKey: 'second', api: 'chat', model: 'nano' },
      { name: 'mirror', api: 'gemini', baseUrl: 'https://b.example' },
    ])
  })

  it.each([
    [{}, {}, /^There is no API key\. Set GEMINI_API_KEY/],
    [{ GEMINI_API_KEY: `${KEY} ${KEY}` }, {}, /^GEMINI_API_KEY does not look like an API key/],
    [{ GEMINI_API_KEY: `"${KEY}"` }, {}, /^GEMINI_API_KEY does not look like an API key/],
    [{ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `relay/${KEY}` }, {}, /^OPENAI_BASE_URL is no http\(s\) address/],
    [{ GEMINI_API_KEY: KEY }, { endpoints: ['https://a.example'] }, /^There is no API key in .* RELAY_API_KEY\.$/],
    [{}, { endpoints: [`https://a.example,key=${KEY}`] }, /takes the name of an environment variable/],
    [{}, { endpoints: [`https://user:${KEY}@a.example`] }, /takes no key in its address/],
    [{}, { endpoints: [`https://a.example?key=${KEY}`] }, /takes no key in its address/],
    [{}, { endpoints: ['a.example'] }, /begins with an http\(s\) address/],
    [{}, { endpoints: ['https://a.example,api=fax'] }, /takes one of gemini, images, chat/],
    [{}, { endpoints: [`https://a.example,${KEY}`] }, /takes, after its address, key=, model=/],
  ])('refuses %j with %j in words that show no key', (env, options, words) => {
    const refused = (): unknown => readAccess(env, options)
    expect(refused).toThrow(words)
    expect(refused).not.toThrow(KEY)
  })
})
