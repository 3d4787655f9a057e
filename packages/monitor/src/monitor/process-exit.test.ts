import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('__fixtures__/short-life.ts', import.meta.url))

test('a monitor that polls and looks keeps no process alive', async () => {
  const args = ['--conditions=@spillway/source', '--unhandled-rejections=strict', SCRIPT]
  // Ended from outside, were it not to end itself: its next look is ten seconds away.
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 9000 })
  expect(stdout).toBe('1\n')
}, 15_000)
