import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../batch/large-run.ts', import.meta.url))
/** The prompts alone are three times as much: what is kept of each item is its id and the name of its files. */
const HEAP_MIB = 64

test(`a hundred thousand items with 190 MiB of prompts are begun and gone on with in a heap of ${HEAP_MIB} MiB`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'large-'))
  const args = ['--conditions=@spillway/source', `--max-old-space-size=${HEAP_MIB}`, SCRIPT, folder, '100000']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  console.log(stdout.trim())
  expect(JSON.parse(stdout)).toMatchObject({ counts: { done: 300, waiting: 99_700 } })
})
