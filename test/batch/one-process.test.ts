import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readItems, readRun, runBatch } from '@spillway/batch'
import { createSimulator, renderImage } from '@spillway/simulator'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('./run-in-process.ts', import.meta.url))

test('a folder is one process at a time: the second is told which, and has it as soon as the first is dead', async () => {
  // Pictures that take longer than the test.
  const simulator = createSimulator({}, { timeScale: 0.1 })
  const { url } = await simulator.listen()
  const folder = mkdtempSync(join(tmpdir(), 'one-process-'))
  const [input, out] = [join(folder, 'prompts.txt'), join(folder, 'out')]
  writeFileSync(input, 'a fox\nan owl\n')
  const life = JSON.stringify({ url, input, out, onUnknown: 'skip', keys: false })
  const child = spawn(process.execPath, ['--conditions=@spillway/source', SCRIPT, life], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(child.stdout, 'data')
    // It is seen at work, by whoever only looks.
    await expect.poll(() => readRun(out).counts.sent).toBe(2)
    expect(readRun(out).runningPid).toBe(child.pid)

    const bytes = renderImage({ prompt: 'x', model: 'painter', width: 16, height: 16 })
    const make = async () => ({ images: [{ bytes }], endpoint: 'studio', model: 'painter' })
    const second = (): ReturnType<typeof runBatch> => runBatch({ items: readItems(input), make, folder: out })
    await expect(second()).rejects.toThrow(`The process ${child.pid} works in ${out}: wait until it ends`)

    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await second()).toMatchObject({ stopped: 'finished', counts: { unknown: 2 } })
    expect(readRun(out)).not.toHaveProperty('runningPid')
  } finally {
    child.kill('SIGKILL')
    await simulator.close()
  }
})
