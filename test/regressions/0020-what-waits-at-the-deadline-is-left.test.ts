import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMaker, geminiPlace, openaiPlace, readItems, runBatch } from '@spillway/batch'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'

/** An address at which nobody listens. */
const nobody = async (): Promise<string> => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return `http://127.0.0.1:${port}`
}

// A maker with a deadline of its own gave up before the run's had come, and its items counted as failed.
it('what waits when the deadline comes, because nobody can be reached, is left and has not failed', async () => {
  const url = await nobody()
  const maker = createMaker({
    places: [
      geminiPlace({ name: 'gemini', apiKey: 'any', baseUrl: url, model: 'painter' }),
      openaiPlace({ name: 'relay', apiKey: 'any', baseUrl: `${url}/v1`, model: 'painter' }),
    ],
  })
  const items = readItems(Readable.from([Buffer.from('a heron\na kite\n')]))
  const folder = mkdtempSync(join(tmpdir(), 'deadline-'))
  const summary = await runBatch({ items, make: maker.make, folder, deadline: Date.now() + 1500 })
  maker.dispose()
  expect(summary).toMatchObject({ stopped: 'deadline', counts: { waiting: 2, failed: 0, unknown: 0 } })
})
