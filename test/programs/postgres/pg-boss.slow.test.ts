import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { findSnippets } from '../../docs/snippets.ts'
import { postgresServer } from './postgres-server.ts'

const PAGE = join(import.meta.dirname, '../../../docs/recipes/pg-boss.md')

test('the recipe for pg-boss does over a real PostgreSQL what it says', async (context) => {
  const { url } = await postgresServer(context)
  const [snippet] = findSnippets(PAGE, readFileSync(PAGE, 'utf8'))
  const module = join(import.meta.dirname, `recipe-${process.pid}.ts`)
  writeFileSync(module, snippet!.code)
  context.onTestFinished(() => rmSync(module))
  vi.stubEnv('DATABASE_URL', url)
  const printed: unknown[] = []
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void printed.push(line))
  await import(/* @vite-ignore */ module)
  expect(snippet!.expected.length).toBe(3)
  expect(printed).toEqual(snippet!.expected)
})
