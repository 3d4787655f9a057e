import { systemClock } from '@spillway/core'
import { fingerprintOf } from '../../input/fingerprint.ts'
import type { BatchItem } from '../../input/item.ts'
import { openJournal } from '../../journal/open-journal.ts'
import { loadInput } from '../load-input.ts'

// Loads so many long prompts into the journal of a folder, and kills itself before one of them, where a number is given.
const [folder = '', count = '', dieAt] = process.argv.slice(2)

function* items(): Generator<BatchItem> {
  for (let line = 1; line <= Number(count); line++) {
    if (line === Number(dieAt)) process.kill(process.pid, 'SIGKILL')
    const request = { prompt: `${line} ${'a lighthouse in the fog '.repeat(80)}`, settings: {} }
    yield { id: `n${line}`, line, fingerprint: fingerprintOf(request), ...request }
  }
}

const journal = openJournal(folder, systemClock)
await loadInput(journal, items(), false)
journal.close()
