import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Make, readItems, runBatch } from '@spillway/batch'
import { renderImage } from '@spillway/simulator'
import { expect, it } from 'vitest'

// The idempotency key of an item went by its place in the input alone: a changed line was sent with the key of the old one,
// and whoever honours keys answers with the old picture.
it('asks for a changed item with another idempotency key, and for the same item with the same', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-keys-'))
  const keys = new Map<string, string[]>()
  let refuses = true
  const make: Make = async ({ prompt }, { idempotencyKey = '' }) => {
    keys.set(prompt, [...(keys.get(prompt) ?? []), idempotencyKey])
    if (refuses) throw new Error('refused')
    return {
      images: [{ bytes: renderImage({ prompt, model: 'painter', width: 8, height: 8 }) }],
      endpoint: 'studio',
      model: 'painter',
    }
  }
  const run = (text: string): Promise<unknown> =>
    runBatch({ items: readItems(Readable.from([text])), make, folder, acceptChanges: true, retryErrors: true })

  await run('a fox\nan owl\n')
  refuses = false
  await run('a fox\na kite\n')
  const [fox, owl, kite] = ['a fox', 'an owl', 'a kite'].map((prompt) => keys.get(prompt) ?? [])
  expect(fox).toEqual([fox?.[0], fox?.[0]])
  expect(new Set([fox?.[0], owl?.[0], kite?.[0]]).size).toBe(3)
})
