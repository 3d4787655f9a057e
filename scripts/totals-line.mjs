// Prints one line of totals over the suites of a CI run: `node scripts/totals-line.mjs check start slow`.
// Plain JavaScript, because it must also work where the installation failed. A suite that left no totals counts as failed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const sum = { passed: 0, failed: 0, skipped: [] }
for (const suite of process.argv.slice(2)) {
  try {
    const file = join(import.meta.dirname, `../node_modules/.cache/spillway/${suite}.json`)
    const totals = JSON.parse(readFileSync(file, 'utf8'))
    sum.passed += totals.passed
    sum.failed += totals.failed
    sum.skipped.push(...totals.skipped)
  } catch {
    console.log(`${suite}: no totals, so it counts as failed`)
    sum.failed++
  }
}
if (sum.skipped.length > 0) console.log(`\nSkipped:\n${sum.skipped.map((test) => `  ${test}`).join('\n')}\n`)
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped.length} skipped`)
process.exitCode = sum.failed > 0 ? 1 : 0
