import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '@spillway/core'
import { openJournal } from '../journal/open-journal.ts'
import { reportRun } from './report-run.ts'

let folder: string

/** A run of two pictures, one of them with a name that means something in an address. */
const NAMES = ['fox.png', 'a #1?<b>.jpg']
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-report-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const journal = openJournal(folder, systemClock)
  journal.launch({ pid: 1, options: {}, startedAt: 1000 })
  journal.setInput('hash')
  for (const [i, name] of NAMES.entries()) {
    journal.add({ id: `${i}`, line: i + 1, fingerprint: `${i}`, prompt: 'a fox', settings: {}, name: `${i}` })
    journal.sent(i + 1, { endpoint: 'official', model: 'painter', at: 1000, expectedCost: 0.04 })
    writeFileSync(join(folder, name), `picture ${i}`)
    const files = [{ name, bytes: 9, sha256: '00' }]
    journal.saving(i + 1, { source: 'request', files, endpoint: 'official', model: 'painter' }, 2000)
    journal.done(i + 1, 2000)
  }
  journal.stopped('finished', 3000)
  journal.close()
})

test('the page stands in the folder and finds the pictures beside itself', async () => {
  const report = await reportRun(folder)
  expect(report).toMatchObject({ file: join(folder, 'report.html'), embedded: 0, linked: 2 })
  const page = readFileSync(report.file, 'utf8')
  expect(page).toContain('src="./fox.png"')
  expect(page).toContain('src="./a%20%231%3F%3Cb%3E.jpg"')
  expect(report.bytes).toBe(Buffer.byteLength(page))
})

test('a page elsewhere finds them too', async () => {
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true })
  const { file } = await reportRun(folder, { to: join(folder, 'deep', 'er', 'page.html') })
  expect(readFileSync(file, 'utf8')).toContain('src="./../../fox.png"')
  expect(existsSync(join(folder, 'report.html'))).toBe(false)
})

test('pictures are within the page where that is wanted, as far as there is room', async () => {
  const all = await reportRun(folder, { embed: true })
  expect(all).toMatchObject({ embedded: 2, linked: 0 })
  expect(readFileSync(all.file, 'utf8')).toContain(
    `data:image/png;base64,${Buffer.from('picture 0').toString('base64')}`,
  )
  expect(await reportRun(folder, { embed: true, maxEmbedBytes: 9 })).toMatchObject({ embedded: 1, linked: 1 })
})

test('a picture that was moved away is linked, and breaks nothing', async () => {
  rmSync(join(folder, 'fox.png'))
  expect(await reportRun(folder, { embed: true })).toMatchObject({ embedded: 1, linked: 1 })
})

test('where there is no run that is said', async () => {
  await expect(reportRun(join(folder, 'elsewhere'))).rejects.toMatchObject({ code: 'ERR_SPILLWAY_BATCH_NO_RUN' })
})
