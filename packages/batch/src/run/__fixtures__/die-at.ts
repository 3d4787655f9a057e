import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { runBatchWith } from '../run-batch.ts'
import { itemsOf, png, studio } from './studio.ts'

// Runs a batch and kills itself: the folder, the step, at which time the step is reached, and the prompts.
const [folder = '', step, time, ...prompts] = process.argv.slice(2)
let times = 0

const die = (): void => {
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

const { make } = studio(async ({ prompt }) => {
  appendFileSync(join(folder, 'asked.log'), `${prompt}\n`)
  return [png(prompt)]
})

await runBatchWith(
  { items: itemsOf(...prompts), make, folder, maxConcurrency: 1 },
  {
    reserveBytes: 1,
    atStep(reached) {
      if (reached !== (step === 'half a line' ? 'done' : step) || ++times < Number(time)) return
      if (step === 'half a line') appendFileSync(join(folder, 'results.jsonl'), '{"custom_id":"i2","respo')
      die()
    },
  },
)
