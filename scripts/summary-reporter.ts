import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'
import { totalsLine, type Totals } from './totals.ts'

/**
 * Prints `Tests: N passed, N failed, N skipped` as the very last line, after coverage and everything else,
 * and writes the totals to the file that SPILLWAY_TOTALS names.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const totals: Totals = { passed: 0, failed: errors.length, skipped: [] }
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) totals.failed++
      for (const suite of module.children.allSuites()) if (suite.errors().length > 0) totals.failed++
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') totals.passed++
        else if (result.state === 'failed') totals.failed++
        else totals.skipped.push(`${module.relativeModuleId} > ${test.fullName}: ${reason(result, test.options.mode)}`)
      }
    }
    const file = process.env['SPILLWAY_TOTALS']
    if (file) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify(totals))
    }
    process.on('exit', () => process.stdout.write(`\nTests: ${totalsLine(totals)}\n`))
  }
}

function reason(result: { state: string; note?: string | undefined }, mode: string): string {
  if (result.note) return result.note
  return mode === 'todo' ? 'to do' : 'no reason given (use context.skip("why"))'
}
