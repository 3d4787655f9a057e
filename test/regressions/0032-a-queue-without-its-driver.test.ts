import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emptyFolder, spillway } from '../batch/spillway.ts'

/** A folder in which packages are installed that do nothing. */
const folderWith = (...packages: readonly string[]): string => {
  const folder = emptyFolder()
  for (const name of packages) {
    const at = join(folder, 'node_modules', name)
    mkdirSync(at, { recursive: true })
    writeFileSync(join(at, 'package.json'), JSON.stringify({ name, main: 'index.js' }))
    writeFileSync(join(at, 'index.js'), 'exports.openBatchQueue = () => { throw new Error("opened") }')
  }
  return folder
}

const worker = (cwd: string, ...queue: readonly string[]) =>
  spillway(['worker', ...queue], { cwd, env: { OPENAI_API_KEY: 'sk-0123456789abcdef' } })

// The package for PostgreSQL is an optional one of BullMQ's: it was asked for with a stack trace, and code 1.
it('names the line that installs it', async () => {
  const cwd = folderWith('@spillway/bullmq', 'bullmq', 'ioredis')
  expect(await worker(cwd, '--postgres', 'postgres://nobody@127.0.0.1:1/none')).toMatchObject({
    code: 2,
    stderr: 'A queue needs packages that are not installed: npm install @spillway/bullmq bullmq pg\n',
  })
  expect(await worker(cwd, '--redis', 'redis://127.0.0.1:1')).toMatchObject({
    stderr: expect.stringContaining('opened'),
  })
})
