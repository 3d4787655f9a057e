import { expect, test } from 'vitest'
import { InputError } from './exit-codes.ts'
import { USAGE, readOptions } from './options.ts'

test('without arguments it makes the example prompts', () => {
  const options = readOptions([])
  expect(options).toMatchObject({ seed: 1, concurrency: 10, port: 0, relay: true, live: false, resume: false })
  expect(options).toHaveProperty('promptsFile', expect.stringMatching(/image-batch.prompts\.jsonl$/))
})

test('help is asked for with -h and --help', () => {
  expect([readOptions(['-h']), readOptions(['--help'])]).toEqual(['help', 'help'])
})

test('an unknown option is refused with the usage', () => {
  expect(() => readOptions(['--sede', '3'])).toThrow(`Unknown option '--sede'.\n\n${USAGE}`)
})

test.each([
  [['--seed', 'x'], '--seed must be a whole number from 0 to 2147483648, got "x".'],
  [['--concurrency', '0'], '--concurrency must be a whole number from 1 to 1000, got "0".'],
  [['--port', '65536'], '--port must be a whole number from 0 to 65535, got "65536".'],
  [['a.jsonl', 'b.jsonl'], 'One file of prompts at a time, got a.jsonl and b.jsonl.'],
  [['--model', 'm'], 'use them with --live'],
])('%j is refused in words', (args, message) => {
  expect(() => readOptions(args)).toThrow(message)
  expect(() => readOptions(args)).toThrow(InputError)
})
