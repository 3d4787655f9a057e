import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { VERSION } from './version.ts'

test('is the package’s own: `pnpm release:version` writes it', () => {
  const manifest = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
  expect((JSON.parse(manifest) as { version: string }).version).toBe(VERSION)
})
