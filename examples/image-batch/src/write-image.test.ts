import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renderImage } from '@spillway/simulator'
import { expect, test } from 'vitest'
import { checkSimulatedImage, formatOf } from './check-image.ts'
import { findMade, prepareFolder } from './out-folder.ts'
import { removePartials, writeWhole } from './write-image.ts'

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'images-'))
const png = (prompt: string): Uint8Array => renderImage({ prompt, model: 'm', width: 16, height: 16 })

test('a file appears under its name when it is whole, and nothing else stays', async () => {
  const out = await folder()
  const path = await writeWhole(out, 'a.png', png('a'))
  expect(await readdir(out)).toEqual(['a.png'])
  expect(formatOf(await readFile(path))).toBe('png')
})

test('a file that is being written has another name, and goes when there is no time to finish it', async () => {
  const out = await folder()
  const writing = writeWhole(out, 'a.png', Buffer.alloc(30_000_000))
  await expect.poll(() => readdir(out)).toEqual(['.a.png.partial'])
  removePartials()
  expect(await readdir(out)).toEqual([])
  await expect(writing).rejects.toThrow('ENOENT')
})

test('a folder is made with its parents, and proved to be writable without a trace', async () => {
  const out = join(await folder(), 'a', 'b')
  await prepareFolder(out)
  await prepareFolder(out)
  expect(await readdir(out)).toEqual([])
})

test('a folder that cannot be is refused in words', async () => {
  const out = await folder()
  await writeFile(join(out, 'file'), '')
  await expect(prepareFolder(join(out, 'file'))).rejects.toThrow('there is a file of that name')
  await expect(prepareFolder(join(out, 'file', 'x'))).rejects.toThrow('a part of the path is a file')
})

test('only whole images of the same prompt count as made', async () => {
  const out = await folder()
  const prompts = ['a', 'b', 'c', 'd'].map((prompt, index) => ({ number: index + 1, prompt }))
  await writeFile(join(out, '001-a.png'), png('a'))
  await writeFile(join(out, '002-b.png'), png('b').subarray(0, -20))
  await writeFile(join(out, '003-c.png'), png('another'))
  expect([...(await findMade(out, prompts, checkSimulatedImage))]).toEqual([prompts[0]])
})
