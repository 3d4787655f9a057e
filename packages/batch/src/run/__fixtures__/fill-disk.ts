import { randomBytes } from 'node:crypto'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runBatchWith } from '../run-batch.ts'
import { itemsOf, png, studio } from './studio.ts'

// Runs a batch in the folder of a small disk until the disk is full, makes room, and goes on. Prints what it has seen.
const [disk = ''] = process.argv.slice(2)
const folder = join(disk, 'images')
const ballast = join(disk, 'ballast')
const RESERVE = 2 ** 20
const PICTURE = 200 * 2 ** 10

const prompts = Array.from({ length: 24 }, (_, index) => `picture ${index}`)
const { make, asked } = studio(async ({ prompt }) => [Buffer.concat([png(prompt), randomBytes(PICTURE)])])
const options = { items: itemsOf(...prompts), make, folder, maxConcurrency: 4, graceMs: 0 }

// Room for the reserve, the journal and a few pictures.
const leaveRoom = (name: string, bytes: number): void => {
  const { bavail, bsize } = statfsSync(disk)
  writeFileSync(name, randomBytes(Math.max(0, bavail * bsize - bytes)))
}
leaveRoom(ballast, RESERVE + 8 * PICTURE)
const first = await runBatchWith(options, { reserveBytes: RESERVE })
const askedFirst = asked.length
// How much of the reserve was needed depends on what was under way.
leaveRoom(`${ballast}2`, RESERVE / 2)
const full = await runBatchWith(options, { reserveBytes: RESERVE }).then(
  () => 'not refused',
  (error: Error) => error.message,
)

rmSync(ballast)
rmSync(`${ballast}2`)
const second = await runBatchWith(options, { reserveBytes: RESERVE })
console.log(JSON.stringify({ first, askedFirst, full, second, asked }))
