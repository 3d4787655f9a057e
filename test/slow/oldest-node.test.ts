// What the packages promise in `engines`: their built modules on the oldest Node that they name, which npm fetches.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { folderWith, numbered, pictures } from '../batch/relay.ts'

const root = join(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'packages/batch/package.json'), 'utf8')) as {
  readonly engines: { readonly node: string }
}
const VERSION = `${manifest.engines.node.replace('>=', '')}.0`
const MAIN = join(root, 'packages/batch/dist/main.js')

const folder = mkdtempSync(join(tmpdir(), 'oldest-node-'))
const node = join(folder, 'node_modules/node/bin/node')
beforeAll(() => {
  spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' })
  writeFileSync(join(folder, 'package.json'), '{}')
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', `node@${VERSION}`]
  spawnSync('npm', args, { cwd: folder, stdio: 'ignore' })
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach((context) => {
  if (existsSync(node)) return
  const reason = `npm could not fetch Node ${VERSION}`
  if (process.env['SPILLWAY_PROGRAMS'] === 'required') throw new Error(reason)
  context.skip(reason)
})

const env = { PATH: process.env['PATH'] ?? '' }
const RUN = [MAIN, 'run', 'prompts.txt', '--out', 'images', '--simulate', '--quiet']
const run = (args: readonly string[], cwd: string): object => {
  const { status, stdout, stderr } = spawnSync(node, args, { cwd, env, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test(`Node ${VERSION} makes a batch, killed in between, and says nothing of its own`, async () => {
  const cwd = folderWith(numbered(6))
  const results = join(cwd, 'images/results.jsonl')
  const killed = spawn(node, [...RUN, '--max-concurrency', '2'], { cwd, env, stdio: 'ignore' })
  const ended = new Promise((resolve) => {
    killed.on('close', resolve)
  })
  await expect.poll(() => existsSync(results) && readFileSync(results, 'utf8'), { timeout: 60_000 }).toContain('\n')
  killed.kill('SIGKILL')
  await ended
  expect(run([...RUN, '--on-unknown', 'again'], cwd)).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(pictures(cwd)).toBe(6)
  const page = join(cwd, 'images/report.html')
  expect(run([MAIN, 'report', 'images'], cwd)).toMatchObject({ status: 0, stdout: `${page}\n` })
  expect(run([...RUN, '--dry-run'], cwd)).toMatchObject({ status: 0, stderr: '' })
})

test(`Node ${VERSION} makes calls through both clients, streams included`, () => {
  const script = `
    import OpenAI from 'openai'
    import { GoogleGenAI } from '@google/genai'
    import { resilient as openai } from '@spillway/openai'
    import { resilient as gemini } from '@spillway/gemini'
    import { createSimulator } from '@spillway/simulator'
    const overloaded = { fault: 'overloaded', times: 2, retryAfterMs: 20 }
    const api = createSimulator({ imageSizePx: 16, replies: [overloaded] }, { timeScale: 1000 })
    const { url } = await api.listen()
    const google = gemini(new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: url } }))
    const open = openai(new OpenAI({ apiKey: 'k', baseURL: url + '/v1' }))
    const one = await google.models.generateContent({ model: 'gemini-3-pro-image', contents: 'a' })
    const two = await open.images.generate({ model: 'gpt-image-1', prompt: 'a' })
    const messages = [{ role: 'user', content: 'a' }]
    let chunks = 0
    for await (const _ of await google.models.generateContentStream({ model: 'g', contents: 'a' })) chunks++
    for await (const _ of await open.chat.completions.create({ model: 'm', messages, stream: true })) chunks++
    await api.close()
    console.log(one.data.length > 99, two.data[0].b64_json.length > 99, chunks > 1, api.counters().total.requests)`
  expect(run(['--input-type=module', '-e', script], join(root, 'test'))).toEqual({
    status: 0,
    stdout: 'true true true 6\n',
    stderr: '',
  })
})
