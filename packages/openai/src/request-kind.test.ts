import { describe, expect, test } from 'vitest'
import { modelOf } from './request-kind.ts'

const asking = (path: string, body: unknown): Parameters<typeof modelOf>[0] => ({
  url: `https://api.example${path}`,
  method: 'POST',
  headers: new Headers(),
  body,
})
const form = new FormData()
form.set('model', 'gpt-image-1')

describe('the model that a request asks for', () => {
  test.each([
    ['first in its JSON', '/v1/chat/completions', '{"model":"gpt-5","messages":[]}', 'gpt-5'],
    ['with a quotation mark in its name', '/v1/chat/completions', '{"model":"a\\"b","n":1}', 'a"b'],
    ['anywhere else in it', '/v1/responses', '{ "tools": [{ "model": "painter" }], "model": "gpt-5" }', 'gpt-5'],
    ['in a form', '/v1/images/edits', form, 'gpt-image-1'],
    ['in the path', '/openai/deployments/my%20gpt/chat/completions', '{"model":"other"}', 'my gpt'],
    ['in a path that is not encoded well', '/openai/deployments/50%/chat/completions', '{}', '50%'],
    ['in none of them', '/v1/chat/completions', '{"messages":[]}', undefined],
    ['in what is no JSON', '/v1/chat/completions', 'hello', undefined],
    ['as something else than a name', '/v1/chat/completions', '{"model":7}', undefined],
    ['in a request that asks no model', '/v1/files', '{"model":"gpt-5"}', undefined],
    ['in bytes', '/v1/chat/completions', new Uint8Array(3), undefined],
  ])('%s', (_, path, body, model) => {
    expect(modelOf(asking(path, body))).toBe(model)
  })
})
