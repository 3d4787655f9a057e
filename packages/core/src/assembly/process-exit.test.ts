import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('__fixtures__/short-life.ts', import.meta.url))

/** Runs a process to its natural end; one that hangs is ended and has failed. */
const live = async (name: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, name], { timeout: 20_000 })
  return stdout.trim()
}

describe('the process', { timeout: 30_000 }, () => {
  // trap: process-lifetime
  test('ends after its last answer, whatever limits were set', async () => {
    const before = performance.now()
    expect(await live('answered')).toBe('answered')
    expect(performance.now() - before).toBeLessThan(15_000)
  })

  // trap: process-lifetime
  test('stays alive while a call is pending, until its limit', async () => {
    expect(await live('hanging')).toBe('TimeoutExceededError')
  })

  // trap: process-lifetime
  test('stays alive while a retry waits', async () => {
    expect(await live('retrying')).toBe('retried')
  })

  test('ends with a refusal that nobody handles, as with every error', async () => {
    await expect(live('unhandled')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('BulkheadFullError') as string,
    })
  })

  test('hears nothing of a refusal that is handled in the tick of its call', async () => {
    expect(await live('handled')).toBe('0 BulkheadFullError')
  })
})
