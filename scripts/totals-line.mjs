// Prints one line of totals over the suites of a CI run: `node scripts/totals-line.mjs check start slow`.
// Plain JavaScript, because it must also work where the installation failed. A suite that left no totals counts as failed.
import { readFileSync } from 'node:fs'

/** @type {string[]} */
const skipped = []
let passed = 0
let failed = 0
for (const suite of process.argv.slice(2)) {
  try {
    const file = new URL(`../node_modules/.cache/spillway/${suite}.json`, import.meta.url)
    const totals = JSON.parse(readFileSync(file, 'utf8'))
    passed += totals.passed
    failed += totals.failed
    skipped.push(...totals.skipped)
  } catch {
    console.log(`${suite}: no totals, so it counts as failed`)
    failed++
  }
}
if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((test) => `  ${test}`).join('\n')}\n`)
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`)
process.exitCode = failed > 0 ? 1 : 0
