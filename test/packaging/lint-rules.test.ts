import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'spillway-lint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
// the rules that need types are tried through the real step; this folder has no dependencies to take types from
const config = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as { options: object }
writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify({ ...config, options: { typeAware: false } }))

function lint(path: string, code: string): string[] {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, code)
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  const args = [oxlint, '--config', join(folder, '.oxlintrc.json'), '--format', 'json', path]
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  rmSync(file)
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string }[] }
  return diagnostics.map(({ code: rule }) => rule.replace(/^.*\((.*)\)$/, '$1'))
}

const time = 'no-restricted-properties'
const banned: [code: string, rule: string][] = [
  ['setTimeout(() => {}, 1)', 'no-restricted-globals'],
  ['setInterval(() => {}, 1)', 'no-restricted-globals'],
  ['setImmediate(() => {})', 'no-restricted-globals'],
  ['globalThis.setTimeout(() => {}, 1)', time],
  ["import { setTimeout as sleep } from 'node:timers/promises'\nexport const wait = sleep", 'no-restricted-imports'],
  ["import timers from 'timers'\nexport const also = timers", 'no-restricted-imports'],
  ['export const signal = AbortSignal.timeout(1)', time],
]
const bannedInCore = ['Math.random()', 'Date.now()', 'performance.now()']

describe('time and chance are handed in', () => {
  test.for(banned)('%s is refused in a package', ([code, rule]) => {
    expect(lint('packages/http/src/a.ts', `${code}\n`)).toContain(rule)
    expect(lint('packages/core/src/policies/retry/a.ts', `${code}\n`)).toContain(rule)
  })

  test.for(bannedInCore)('%s is refused in core', (code) => {
    expect(lint('packages/core/src/kernel/a.ts', `export const it = ${code}\n`)).toContain(time)
  })

  const owners = [
    'core/src/kernel/clock.ts',
    'core/src/kernel/random.ts',
    'core/src/testing/virtual-clock.ts',
    'simulator/src/clock.ts',
    'http/src/a.test.ts',
  ]
  test.for(owners)('packages/%s may use them', (path) => {
    const uses = bannedInCore.map((code, index) => `export const use${index} = ${code}`)
    expect(lint(`packages/${path}`, [...banned.map(([code]) => code), ...uses, ''].join('\n'))).toEqual([])
  })

  test.for(['packages/core/src/kernel/clock.ts', 'packages/http/src/a.ts', 'examples/batch/src/a.ts'])(
    'AbortSignal.any, which leaks listeners, is refused in %s',
    (path) => expect(lint(path, 'export const signal = AbortSignal.any([])\n')).toContain(time),
  )
})

describe('files stay small', () => {
  test('301 lines are too many, 300 are not', () => {
    const lines = (count: number): string =>
      Array.from({ length: count }, (_, n) => `export const a${n} = ${n}\n`).join('')
    expect(lint('packages/core/src/a.ts', lines(301))).toContain('max-lines')
    expect(lint('packages/core/src/a.ts', lines(300))).toEqual([])
  })
})
