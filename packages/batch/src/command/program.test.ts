import { expect, test } from 'vitest'
import type { CommandIo } from './command.ts'
import { programFor } from './program.ts'

/** What the program writes to standard output. */
const printed = async (...args: string[]): Promise<string> => {
  let text = ''
  const stdout = { write: (part: string) => (text += part) !== '' } as NodeJS.WriteStream
  const { stdin, stderr } = process
  const io: CommandIo = { stdin, stdout, stderr, env: {}, args, end: () => undefined }
  const program = await programFor(io)
  await program.parseAsync(args, { from: 'user' }).catch(() => undefined)
  return text
}

test('its help says how to begin, with a key and without', async () => {
  const help = await printed('--help')
  expect(help).toMatch(/GEMINI_API_KEY, or in OPENAI_API_KEY:\n {2}spillway run prompts\.txt --out images\n/)
  expect(help).toContain('  spillway run prompts.txt --out images --simulate\n')
})

test.each(['run', 'status', 'doctor', 'simulate', 'report', 'worker'])(
  'the help of %s is the same by either way, and in the words of the others',
  async (name) => {
    const help = await printed(name, '--help')
    expect(help).toMatch(new RegExp(`^Usage: spillway ${name} `))
    expect(help).toMatch(/-h, --help {2,}print this help\n/)
    expect(await printed('help', name)).toBe(help)
  },
)
