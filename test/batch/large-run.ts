import { type Make, readItems, runBatch } from '@spillway/batch'
import { renderImage } from '@spillway/simulator'

// A batch of a hundred thousand long prompts, of which a few are made: begun, and gone on with.
const [folder = '', count = ''] = process.argv.slice(2)
const words = 'a lighthouse in the fog '.repeat(80)
async function* input(): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < Number(count); n++) yield Buffer.from(`{"id":"n${n}","prompt":"${n} ${words}"}\n`)
}
const bytes = renderImage({ prompt: 'x', model: 'painter', width: 16, height: 16 })
const make: Make = async (_, { attempts }) => {
  await attempts.sending({ endpoint: 'studio', model: 'painter' })
  attempts.ended({ endpoint: 'studio', verdict: 'success', billed: 'yes', tookMs: 1 })
  return { images: [{ bytes }], endpoint: 'studio', model: 'painter' }
}
await runBatch({ items: readItems(input()), make, folder, limit: 50 })
const { counts } = await runBatch({ items: readItems(input()), make, folder, limit: 250 })
console.log(JSON.stringify({ counts, heapMiB: Math.round(process.memoryUsage().heapUsed / 2 ** 20) }))
