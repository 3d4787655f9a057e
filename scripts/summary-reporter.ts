import type { Reporter, TestModule } from 'vitest/node'

/** Prints `Tests: N passed, N failed, N skipped` as the very last line, after coverage and everything else. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0,
      failed = 0,
      skipped = 0
    for (const m of modules) {
      if (m.state() === 'failed' && m.errors().length > 0) failed++
      for (const t of m.children.allTests()) {
        const s = t.result().state
        if (s === 'passed') passed++
        else if (s === 'failed') failed++
        else skipped++
      }
    }
    failed += errors.length
    process.on('exit', () => process.stdout.write(`\nTests: ${passed} passed, ${failed} failed, ${skipped} skipped\n`))
  }
}
