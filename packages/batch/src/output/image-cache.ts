import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CacheStore, Clock } from '@spillway/core'
import { BatchError } from '../batch-error.ts'
import type { BatchItem } from '../input/item.ts'
import type { Made } from '../make/make.ts'
import { formatOf } from './image-format.ts'
import { whyUnwritable } from './why-unwritable.ts'
import { sha256Of, writeSynced } from './out-folder.ts'

/** Pictures of other runs. Neither method rejects: a run goes on without a cache that fails. */
export interface ImageCache {
  get(item: BatchItem): Promise<Made | undefined>
  /** Resolves with what went wrong. */
  set(item: BatchItem, made: Made): Promise<unknown>
}

/** What is kept of an item, beside its pictures. */
type Entry = Omit<Made, 'images'> & { readonly images: readonly { readonly sha256: string; readonly file: string }[] }

/**
 * A cache in a folder, for as many runs at once as there are: entries by fingerprint, pictures by the SHA-256 of their
 * bytes. A file appears whole or not at all, an entry after its pictures; a picture that is not what its name says is none.
 */
export function folderImageCache(folder: string): ImageCache {
  const entryPath = ({ fingerprint }: BatchItem): string =>
    join(folder, 'entries', fingerprint.slice(0, 2), `${fingerprint}.json`)
  const imagePath = (file: string): string => join(folder, 'images', file.slice(0, 2), file)
  return {
    async get(item) {
      try {
        const { images, ...rest } = JSON.parse(await readFile(entryPath(item), 'utf8')) as Entry
        const kept = await Promise.all(
          images.map(async ({ sha256, file }) => ({ sha256, bytes: await readFile(imagePath(file)) })),
        )
        if (!kept.every(({ sha256, bytes }) => sha256Of(bytes) === sha256)) return undefined
        return { ...rest, images: kept.map(({ bytes }) => ({ bytes })) }
      } catch {
        return undefined
      }
    },
    async set(item, { images, ...rest }) {
      try {
        const kept = images.map(({ bytes }) => ({ bytes, sha256: sha256Of(bytes) }))
        const named = kept.map((each) => ({ ...each, file: `${each.sha256}.${formatOf(each.bytes) ?? 'bin'}` }))
        for (const { file, bytes } of named) await writeOnce(imagePath(file), bytes)
        const entry: Entry = { ...rest, images: named.map(({ sha256, file }) => ({ sha256, file })) }
        await writeWhole(entryPath(item), Buffer.from(JSON.stringify(entry)))
        return undefined
      } catch (error) {
        return error
      }
    },
  }
}

/**
 * Makes the folder of a cache.
 *
 * @throws BatchError where it cannot be written: found out before anything is paid for
 */
export async function prepareImageCache(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (cause) {
    const message = `Cannot keep pictures in the cache ${folder}: ${whyUnwritable(cause)}. Choose another folder.`
    throw new BatchError('ERR_SPILLWAY_BATCH_FOLDER', message, { cause })
  }
}

async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (there && sha256Of(await readFile(path)) === sha256Of(bytes)) return
  await writeWhole(path, bytes)
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.${randomUUID()}.partial`
  await writeSynced(partial, bytes)
  await rename(partial, path).catch(async (error: unknown) => {
    await rm(partial, { force: true })
    throw error
  })
}

/** What a store keeps: text alone, because stores make bytes into something else, each in its own way. */
type Stored = Omit<Made, 'images'> & { readonly images: readonly { readonly base64: string }[] }

/** How long a run waits for a store. */
const STORE_TIMEOUT_MS = 10_000

/** A cache in any store of core's cache: Redis, a Keyv. */
export function storeImageCache(store: CacheStore, clock: Clock): ImageCache {
  const key = ({ fingerprint }: BatchItem): string => `spillway:image:${fingerprint}`
  return {
    async get(item) {
      const found = await within(clock, async () => await store.get(key(item)))
      const { images, ...rest } = (found.value ?? {}) as Partial<Stored>
      if (!Array.isArray(images)) return undefined
      const bytes = (images as Stored['images']).map(({ base64 }) => ({ bytes: Buffer.from(base64, 'base64') }))
      return { ...(rest as Omit<Made, 'images'>), images: bytes }
    },
    async set(item, { images, ...rest }) {
      const texts = images.map(({ bytes }) => ({ base64: Buffer.from(bytes).toString('base64') }))
      const stored: Stored = { ...rest, images: texts }
      return (await within(clock, async () => await store.set(key(item), stored))).error
    },
  }
}

/** What work gives, or what it failed with, a wait that is too long among that. */
function within(
  clock: Clock,
  work: () => Promise<unknown>,
): Promise<{ readonly value?: unknown; readonly error?: unknown }> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(STORE_TIMEOUT_MS, () =>
      resolve({ error: new Error(`The cache has not answered within ${STORE_TIMEOUT_MS} ms.`) }),
    )
    work()
      .then(
        (value) => resolve({ value }),
        (error: unknown) => resolve({ error }),
      )
      .finally(() => timer.cancel())
  })
}
