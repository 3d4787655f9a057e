import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the lockfile names no registry and no folder of a machine', () => {
  const lockfile = readFileSync(join(import.meta.dirname, '../../pnpm-lock.yaml'), 'utf8')
  expect(lockfile.match(/.*(https?:\/\/|tarball:|file:\/|: \/).*/g) ?? []).toEqual([])
})
