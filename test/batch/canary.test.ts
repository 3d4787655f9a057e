import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { type BatchEvent, createMaker, openaiPlace, readItems, rebuildResults, runBatch } from '@spillway/batch'
import { renderImage } from '@spillway/simulator'
import { expect, test } from 'vitest'

const KEY = 'sk-canary-of-the-key-4711'
/** No words of it would be in the name of a file. */
const PROMPT = '¤c¤a¤n¤a¤r¤y¤o¤f¤t¤h¤e¤p¤r¤o¤m¤p¤t¤'

/** All that can be seen of the error. */
const refusalOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: unknown) => inspect(error, { depth: 9, showHidden: true }),
  )

/** A server that makes a picture first, and then says back in its refusals whatever it was sent. */
const server = createServer((request, response) => {
  void (async () => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const status = STATUSES[asked++ % STATUSES.length] ?? 200
    const bytes = renderImage({ prompt: 'x', model: 'painter', width: 16, height: 16 })
    const answer =
      status === 200
        ? { data: [{ b64_json: Buffer.from(bytes).toString('base64') }] }
        : { error: { message: `${request.headers.authorization} ${body}`, code: KEY, type: PROMPT } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })()
})
const STATUSES = [200, 400, 401, 403, 404, 500, 503, 429]
let asked = 0

test('keys are nowhere, and prompts are in the journal and the errors file alone', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = mkdtempSync(join(tmpdir(), 'canary-'))
  const [input, out, cache] = [join(folder, 'in.jsonl'), join(folder, 'out'), join(folder, 'cache')]
  const lines = Array.from({ length: 8 }, (_, n) => JSON.stringify({ id: `n${n}`, prompt: `${PROMPT} ${n}` }))
  writeFileSync(input, lines.join('\n'))
  const relay = openaiPlace({ name: 'relay', apiKey: KEY, baseUrl: `${url}/v1`, model: 'painter' })
  const maker = createMaker({ places: [relay], policy: { retry: { maxAttempts: 1 }, circuitBreaker: false } })
  const told: BatchEvent[] = []
  const summary = await runBatch({
    items: readItems(input),
    make: maker.make,
    folder: out,
    cache,
    maxConcurrency: 1,
    onEvent: (event) => told.push(event),
  })
  expect(summary.counts.failed + summary.counts.unknown).toBeGreaterThan(2)
  expect(summary.counts.done).toBeGreaterThan(0)
  await rebuildResults(out)

  const wrong = await refusalOf(
    runBatch({ items: readItems(input, { model: 'another' }), make: maker.make, folder: out }),
  )
  expect(wrong).toContain('8 changed')
  writeFileSync(input, `${lines[0]}\n{"prompt": 7, "note": "${PROMPT}"}\n${PROMPT}`)
  const broken = await refusalOf(runBatch({ items: readItems(input), make: maker.make, folder: out }))
  expect(broken).toContain('2 problems')

  const said = {
    events: JSON.stringify(told),
    summary: inspect(summary, { depth: 9 }),
    wrong,
    broken,
  }
  const files = Object.fromEntries(
    [out, cache].flatMap((root) =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.png'))
        .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'latin1')] as const),
    ),
  )
  const having = (canary: string): string[] =>
    Object.entries({ ...said, ...files })
      .filter(([, text]) => text.includes(Buffer.from(canary).toString('latin1')) || text.includes(canary))
      .map(([name]) => name.replace(/-(wal|shm)$/, ''))
  maker.dispose()
  server.close()
  expect(having(KEY)).toEqual([])
  expect([...new Set(having(PROMPT))].toSorted()).toEqual(['errors.jsonl', 'journal.db'])
})
