import { createMaker, geminiPlace, readItems, runBatch } from '@spillway/batch'

// A batch as a process of its own: says what happens, and how it has ended.
const { url, input, out, onUnknown, keys } = JSON.parse(process.argv[2] ?? '') as Record<
  'url' | 'input' | 'out',
  string
> & {
  readonly onUnknown: 'skip' | 'again'
  readonly keys: boolean
}
const maker = createMaker({
  places: [geminiPlace({ name: 'gemini', apiKey: 'any-key', baseUrl: url, model: 'painter' })],
})
const summary = await runBatch({
  items: readItems(input),
  // Without its key the model makes what it is asked for, as most do; with it, once for each key.
  make: (item, { signal, attempts, idempotencyKey = '' }) =>
    maker.make(item, { signal, attempts, ...(keys && { idempotencyKey }) }),
  folder: out,
  onUnknown,
  maxConcurrency: 6,
  onEvent: ({ type }) => console.log(type),
})
maker.dispose()
console.log(JSON.stringify(summary))
