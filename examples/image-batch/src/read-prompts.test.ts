import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { MAX_PROMPT_CHARACTERS, parsePrompts, readPrompts } from './read-prompts.ts'

const problemsOf = (text: string): string[] =>
  parsePrompts(text).problems.map(({ line, problem }) => `${line} ${problem}`)

describe('a file of prompts', () => {
  test('gives each prompt the number of its place', () => {
    const { prompts, problems } = parsePrompts('{"prompt":"a fox"}\n{"id":"x","prompt":"eine Ente"}\n')
    expect(problems).toEqual([])
    expect(prompts).toEqual([
      { number: 1, prompt: 'a fox' },
      { number: 2, id: 'x', prompt: 'eine Ente' },
    ])
  })

  test('may begin with a byte order mark, have Windows line ends and empty lines at its end', () => {
    const { prompts, problems } = parsePrompts('\uFEFF{"prompt":"a"}\r\n{"prompt":"b"}\r\n\r\n')
    expect(problems).toEqual([])
    expect(prompts.map(({ prompt }) => prompt)).toEqual(['a', 'b'])
  })

  test.each([
    ['{"prompt":"a"}\n\n{"prompt":"b"}', '2 the line is empty: remove it'],
    ['{"prompt":"a"', '1 this is not JSON: write {"prompt": "…"} on one line'],
    ['["a"]', '1 this is a list, not an object: write {"prompt": "…"}'],
    ['null', '1 this is null, not an object: write {"prompt": "…"}'],
    ['"a"', '1 this is a string, not an object: write {"prompt": "…"}'],
    ['{"promt":"a"}', '1 "prompt" is missing (there is "promt")'],
    ['{}', '1 "prompt" is missing'],
    ['{"prompt":7}', '1 "prompt" is a number, not text'],
    ['{"prompt":"  "}', '1 "prompt" is empty: say what to draw'],
    ['{"id":3,"prompt":"a"}', '1 "id" is a number, not text'],
    ['{"prompt":"a"}\n{"prompt":" a "}', '2 the same prompt as line 1: remove one of them'],
    ['{"id":"x","prompt":"a"}\n{"id":"x","prompt":"b"}', '2 the same "id" as line 1: give it another'],
    ['', '1 the file is empty: write one {"prompt": "…"} a line'],
  ])('%j is refused with its line and what to do', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem])
  })

  test('a prompt of a megabyte is refused, one at the limit is not', () => {
    expect(problemsOf(JSON.stringify({ prompt: 'x'.repeat(2 ** 20) }))).toEqual([
      '1 the prompt has 1,048,576 characters, and 32,000 are allowed: shorten it',
    ])
    expect(problemsOf(JSON.stringify({ prompt: 'x'.repeat(MAX_PROMPT_CHARACTERS) }))).toEqual([])
  })

  test('is judged whole: every problem is told, not only the first', () => {
    expect(problemsOf('nonsense\n{"prompt":"a"}\n7\n{"prompt":"a"}')).toHaveLength(3)
  })

  test('that does not exist, is a folder or is not UTF-8 is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prompts-'))
    await writeFile(join(folder, 'latin1'), Buffer.from([0x22, 0xfc, 0x22]))
    await expect(readPrompts(join(folder, 'none'))).rejects.toThrow('there is no such file')
    await expect(readPrompts(folder)).rejects.toThrow('it is a folder')
    await expect(readPrompts(join(folder, 'latin1'))).rejects.toThrow('is not UTF-8')
  })

  test('with many problems shows the first twenty', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'prompts-')), 'bad.jsonl')
    await writeFile(file, 'x\n'.repeat(25))
    await expect(readPrompts(file)).rejects.toThrow(/25 problems[^]+line 20:[^]+and 5 more$/)
  })
})

test('the example comes with at least 72 prompts in a dozen scripts', async () => {
  const prompts = await readPrompts(fileURLToPath(new URL('../prompts.jsonl', import.meta.url)))
  const all = prompts.map(({ prompt }) => prompt).join('')
  const scripts = ['Latin', 'Han', 'Hiragana', 'Hangul', 'Arabic', 'Devanagari', 'Cyrillic', 'Greek', 'Hebrew', 'Thai']
  expect(prompts.length).toBeGreaterThanOrEqual(72)
  expect(scripts.filter((script) => !new RegExp(`\\p{Script=${script}}`, 'u').test(all))).toEqual([])
})
