import { systemClock } from '@spillway/core'
import { openJournal } from '../open-journal.ts'

// Writes down that a request was sent, and is killed before it can close anything.
const journal = openJournal(process.argv[2] ?? '', systemClock)
await journal.atomically(async () => {
  journal.setInput('hash')
  journal.add({ id: 'a', line: 1, fingerprint: 'f', prompt: 'a fox', settings: {}, name: 'a-a-fox' })
})
journal.launch({ pid: process.pid, options: {}, startedAt: 1 })
journal.sent(1, { endpoint: 'gemini', model: 'painter', at: 2, expectedCost: 0.04 })
process.kill(process.pid, 'SIGKILL')
