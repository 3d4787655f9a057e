// Writes the report of a run of very many items, without the run. `many-items.ts FILE COUNT`
import { writeFileSync } from 'node:fs'
import { reportPage } from '../page.ts'
import { prompts } from './prompts.ts'
import { attempt, item, runRecord, START } from './run-record.ts'

const [file = '', count = '10000'] = process.argv.slice(2)
const texts = prompts(Number(count))
const items = texts.map((prompt, i) => item(i + 1, { prompt, endedAt: START + i * 5000 }))
const attempts = items.map((_, i) => attempt(i / 12))
writeFileSync(
  file,
  reportPage(runRecord({ items, attempts }), ({ name }) => `./${name}`, START),
)
