import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import type { BatchError } from '../batch-error.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { BatchItem } from './item.ts'
import { type ReadItemsOptions, readItems } from './read-items.ts'
import { MAX_PROMPT_CHARACTERS } from './read-line.ts'

async function* chunksOf(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = async (text: string | Uint8Array, options?: ReadItemsOptions, size?: number): Promise<BatchItem[]> => {
  const items: BatchItem[] = []
  const bytes = Buffer.from(text as string)
  for await (const item of readItems(chunksOf(bytes, size), options)) items.push(item)
  return items
}
const problemsOf = (text: string | Uint8Array, options?: ReadItemsOptions): Promise<readonly string[]> =>
  read(text, options).then(
    () => [],
    (error: BatchError) => error.problems,
  )
const line = (fields: object): string => `${JSON.stringify(fields)}\n`

describe('an input', () => {
  test('of JSON lines gives prompt, id, model and settings', async () => {
    const text = `${line({ prompt: 'a fox', size: '1K', n: 2 })}${line({ id: 'owl', prompt: 'eine Eule', model: 'm' })}"a text"\n`
    expect(await read(text)).toMatchObject([
      { id: '1', line: 1, prompt: 'a fox', settings: { size: '1K', n: 2 } },
      { id: 'owl', line: 2, prompt: 'eine Eule', model: 'm', settings: {} },
      { id: '3', line: 3, prompt: 'a text', settings: {} },
    ])
  })

  test('of plain lines gives them as they are', async () => {
    const items = await read('a fox\n "quoted" words, and more \nnull\n')
    expect(items.map(({ prompt }) => prompt)).toEqual(['a fox', '"quoted" words, and more', 'null'])
  })

  test('may begin with a byte order mark, have Windows line ends, empty lines at its end, or no end', async () => {
    const items = await read('\uFEFF{"prompt":"a"}\r\n{"prompt":"b"}\r\n\r\n \n')
    expect(items.map(({ prompt }) => prompt)).toEqual(['a', 'b'])
    expect(await read('one\r\ntwo')).toMatchObject([{ prompt: 'one' }, { prompt: 'two' }])
  })

  test('may be for the Batch API of OpenAI', async () => {
    const images = { custom_id: 'a', method: 'POST', url: '/v1/images/generations' }
    const chat = { custom_id: 'b', method: 'POST', url: '/v1/chat/completions' }
    const parts = [
      { type: 'text', text: 'an' },
      { type: 'text', text: 'owl' },
    ]
    const text = [
      line({ ...images, body: { model: 'm', prompt: 'a fox', size: '1K' } }),
      line({ ...chat, body: { modalities: ['image'], messages: [{ role: 'user', content: parts }] } }),
    ].join('')
    expect(await read(text)).toMatchObject([
      { id: 'a', model: 'm', prompt: 'a fox', settings: { size: '1K' } },
      { id: 'b', prompt: 'an\nowl', settings: { modalities: ['image'] } },
    ])
  })

  test('takes what nobody says from the defaults, and a line of errors.jsonl as one to try again', async () => {
    const defaults = { model: 'm', settings: { size: '1K', n: 1 } }
    expect(await read(line({ id: 'x', prompt: 'a fox', n: 2, error: { code: 'overloaded' } }), defaults)).toMatchObject(
      [{ id: 'x', model: 'm', settings: { size: '1K', n: 2 } }],
    )
  })

  const openai = (fields: object): string =>
    line({ custom_id: 'a', url: '/v1/images/generations', body: {}, ...fields })
  const chat = (body: object): string => openai({ url: '/v1/chat/completions', body })
  test.each([
    ['{"prompt":"a"}\n\n\n{"prompt":"b"}', 'line 2: the line is empty: remove it'],
    ['{"prompt":"a"', 'line 1: this is not JSON: write {"prompt": "…"} on one line'],
    ['{"prompt":"a"}\nb', 'line 2: this is not JSON: write {"prompt": "…"} on one line'],
    [
      'a\n{"prompt":"a"}',
      'line 2: this is JSON, and the lines before are not: write all of them as {"prompt": "…"}, or none',
    ],
    ['["a"]', 'line 1: this is a list, not an object: write {"prompt": "…"}'],
    ['"a"\nnull', 'line 2: this is null, not an object: write {"prompt": "…"}'],
    ['{"promt":"a"}', 'line 1: "prompt" is missing (there is "promt")'],
    ['{}', 'line 1: "prompt" is missing'],
    ['{"prompt":7}', 'line 1: "prompt" is a number, not text'],
    ['{"prompt":"  "}', 'line 1: "prompt" is empty: say what to draw'],
    ['{"prompt":"\\ud83e"}', 'line 1: the prompt has half a character in it (a lone surrogate): write it anew'],
    ['{"id":3,"prompt":"a"}', 'line 1: "id" is a number, not text'],
    ['{"id":"","prompt":"a"}', 'line 1: "id" is empty, not text'],
    ['{"id":"\\u001b[2J","prompt":"a"}', 'line 1: "id" has characters that cannot be shown: give it another'],
    ['{"model":[],"prompt":"a"}', 'line 1: "model" is a list, not text'],
    ['{"id":"x","prompt":"a"}\n{"id":"x","prompt":"b"}', 'line 2: the same "id" as line 1: give it another'],
    ['{"id":"2","prompt":"a"}\n{"prompt":"b"}', 'line 2: the same "id" as line 1: give it another'],
    ['', 'line 1: the file is empty: write one prompt a line'],
    [openai({ method: 'GET' }), 'line 1: "method" is "GET": only "POST" makes pictures'],
    [openai({ body: 'x' }), 'line 1: "body" is text, not an object'],
    [
      openai({ url: '/v1/embeddings' }),
      'line 1: "url" is "/v1/embeddings": pictures are made by /v1/images/generations and /v1/chat/completions',
    ],
    [openai({}), 'line 1: "prompt" is missing, not text'],
    [
      chat({ messages: [{ role: 'user', content: 'a' }] }),
      'line 1: "modalities" does not ask for a picture: write "modalities": ["image", "text"]',
    ],
    [
      chat({ modalities: ['image'], messages: [{ role: 'system', content: 'a' }] }),
      'line 1: "messages" must be one message, of the user: what it says is the prompt',
    ],
    [
      chat({ modalities: ['image'], messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }),
      'line 1: the message must be text: pictures cannot be sent along',
    ],
  ])('%j is refused with its line and what to do', async (text, problem) => {
    expect((await problemsOf(text))[0]).toBe(problem)
  })

  test('that is not UTF-8 is refused at the line that is not', async () => {
    const latin1 = Buffer.concat([Buffer.from('{"prompt":"a"}\n"'), Buffer.from([0xfc]), Buffer.from('"\n')])
    expect(await problemsOf(latin1)).toEqual(['line 2: this is not UTF-8: save the file in that encoding'])
    expect(await problemsOf(Buffer.from('\uFEFFa fox\n', 'utf16le'))).toContain(
      'line 1: this is not UTF-8: save the file in that encoding',
    )
    expect(await problemsOf(Buffer.from('a fox', 'utf16le'))).toEqual([
      'line 1: the prompt has NUL characters: save the file as UTF-8',
    ])
  })

  test('with a prompt of a megabyte is refused, one at the limit is not', async () => {
    expect(await problemsOf(JSON.stringify({ prompt: 'x'.repeat(1_000_000) }))).toEqual([
      'line 1: the prompt has 1,000,000 characters, and 32,000 are allowed: shorten it',
    ])
    expect(await problemsOf(`${'x'.repeat(2 ** 21)}\na fox`)).toEqual([
      'line 1: the line is longer than 1 MiB: shorten it',
    ])
    expect(await problemsOf('x'.repeat(MAX_PROMPT_CHARACTERS))).toEqual([])
  })

  test('gives nothing from the first problem on, and tells all of them at the end: twenty, and how many more', async () => {
    const given: string[] = []
    const input = Buffer.from(`{"prompt":"a"}\n${'x\n'.repeat(25)}{"prompt":"b"}\n`)
    const reading = (async () => {
      for await (const { prompt } of readItems(chunksOf(input), { name: 'bad.jsonl' })) given.push(prompt)
    })()
    await expect(reading).rejects.toThrow(
      /^bad\.jsonl has 25 problems, and nothing was sent:[^]+line 21:[^]+ {2}and 5 more$/,
    )
    expect(given).toEqual(['a'])
  })

  test('of a hundred thousand lines is read as it comes, however large it is', async () => {
    let made = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; made < 100_000; made++) yield Buffer.from(`{"prompt":"number ${made}"}\n`)
    }
    let count = 0
    for await (const { line: at } of readItems(endless())) {
      count++
      expect(made - at).toBeLessThan(2)
    }
    expect(count).toBe(100_000)
  })

  test('that does not exist, or is a folder, is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prompts-'))
    const first = (path: string): Promise<unknown> => readItems(path).next()
    await expect(first(join(folder, 'none'))).rejects.toThrow('there is no such file')
    await expect(first(folder)).rejects.toThrow('it is a folder')
    await writeFile(join(folder, 'file'), 'a fox')
    expect(await first(join(folder, 'file'))).toMatchObject({ value: { prompt: 'a fox' } })
  })
})

property.prop([fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), fc.integer({ min: 1, max: 9 })])(
  'it does not matter where a stream is cut',
  async (texts, size) => {
    const prompts = ['first', ...texts].filter((text) => text.trim() !== '' && text.isWellFormed())
    const text = prompts.map((prompt) => line({ prompt })).join('')
    expect((await read(text, {}, size)).map(({ prompt }) => prompt)).toEqual(prompts)
  },
)

describe('a fingerprint', () => {
  const fox = { prompt: 'a fox', settings: { size: '1K', extra: { a: 1, b: [1, 2] } } }
  test('is the same for the same, in whatever order it is written, and tells nothing of the prompt', () => {
    const again = { prompt: 'a fox', settings: { extra: { b: [1, 2], a: 1 }, size: '1K' } }
    expect(fingerprintOf(again)).toBe(fingerprintOf(fox))
    expect(fingerprintOf(fox)).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each([
    { ...fox, prompt: 'a fox ' },
    { ...fox, model: 'm' },
    { ...fox, settings: { size: '2K', extra: { a: 1, b: [1, 2] } } },
    { ...fox, settings: { size: '1K', extra: { a: 1, b: [2, 1] } } },
    {
      ...fox,
      settings: {
        size: '1K',
        extra: [
          ['a', 1],
          ['b', [1, 2]],
        ],
      },
    },
  ])('differs for %j', (other) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(fox))
  })
})
