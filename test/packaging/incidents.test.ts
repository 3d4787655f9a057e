import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// What is built stands in other folders than its source: the incidents that come with the package were not found from there.
test('the program as it is published has its incidents', () => {
  const program = join(import.meta.dirname, '../../packages/batch/dist/main.js')
  const json = execFileSync(process.execPath, [program, 'simulate', 'night-outage', '--json'], { encoding: 'utf8' })
  expect((JSON.parse(json) as { results: unknown[] }).results).toHaveLength(4)
})
