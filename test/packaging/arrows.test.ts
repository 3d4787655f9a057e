import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { forbidden } from '../../scripts/arrow-rules.ts'
import { checkArrows } from '../../scripts/arrows.ts'

const folder = mkdtempSync(join(tmpdir(), 'spillway-arrows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

/** A repository of the same shape as ours, in which every import goes with the arrows. */
const packages = [
  'core',
  'http',
  'openai',
  'gemini',
  'express',
  'koa',
  'rxjs',
  'opentelemetry',
  'redis',
  'monitor',
  'batch',
  'bullmq',
  'simulator',
]
for (const name of packages) {
  const exports = {
    '.': { '@spillway/source': './src/index.ts' },
    './testing': { '@spillway/source': './src/testing.ts' },
    './package.json': './package.json',
  }
  write(`packages/${name}/package.json`, JSON.stringify({ name: `@spillway/${name}`, type: 'module', exports }))
  write(`packages/${name}/src/index.ts`, 'export const name = 1\n')
  mkdirSync(join(folder, 'node_modules/@spillway'), { recursive: true })
  symlinkSync(join(folder, `packages/${name}`), join(folder, `node_modules/@spillway/${name}`))
}
for (const name of ['cockatiel', 'rxjs', '@opentelemetry/api', '@opentelemetry/sdk-trace']) {
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.js' }))
  write(`node_modules/${name}/index.js`, 'exports.name = 1\n')
}
const value = (from: string): string => `import { name } from '${from}'\nexport const copy = name\n`
const type = (from: string): string => `import type { Name } from '${from}'\nexport type Copy = Name\n`
const good: Record<string, string> = {
  'packages/core/src/kernel/clock.ts': 'export const name = 1\nexport type Name = 1\n',
  'packages/core/src/kernel/policy.ts': value('./clock.ts'),
  'packages/core/src/kernel/call.ts': `${type('./context.ts')}export type Name = 1\n`,
  'packages/core/src/kernel/context.ts': `${value('./clock.ts')}import type { Name } from './call.ts'\nexport type { Name }\n`,
  'packages/core/src/primitives/window.ts': type('../kernel/clock.ts'),
  'packages/core/src/policies/retry/backoff.ts': value('cockatiel'),
  'packages/core/src/policies/retry/retry.ts': `${type('../../kernel/clock.ts')}import './backoff.ts'\nimport '../../primitives/window.ts'\n`,
  'packages/core/src/policies/timeout/timeout.ts': 'export const name = 1\nexport type Name = 1\n',
  'packages/core/src/policies/timeout/timeout.test.ts': value('../retry/retry.ts'),
  'packages/core/src/assembly/pipeline.ts': `export type Name = 1\nexport const name = 1\nimport '../policies/retry/retry.ts'\n`,
  'packages/core/src/testing/events.ts': type('../assembly/pipeline.ts'),
  'packages/core/src/index.ts': value('./assembly/pipeline.ts'),
  'packages/core/src/testing.ts': `import './testing/events.ts'\nexport const name = 1\n`,
  'packages/http/src/fetch.ts': value('@spillway/core'),
  'packages/http/src/fetch.test.ts': `${value('@spillway/simulator')}import '@spillway/core/testing'\n`,
  'packages/openai/src/client.ts': `${value('@spillway/http')}import '@spillway/core'\n`,
  'packages/rxjs/src/events.ts': `${value('rxjs')}import '@spillway/core'\n`,
  'packages/opentelemetry/src/trace.ts': `${value('@opentelemetry/api')}import '@spillway/core'\n`,
  'packages/simulator/src/server.ts': value('node:http'),
  'packages/spillway/src/main.ts': `import manifest from '@spillway/batch/package.json'\nexport const copy = manifest\n`,
  'examples/batch/main.ts': `${value('@spillway/openai')}import 'rxjs'\n`,
  'test/whole.test.ts': `${value('@spillway/gemini')}import 'cockatiel'\n`,
}
for (const [path, text] of Object.entries(good)) write(path, text)

/** Rule, file, and the content that breaks it. */
const bad: [rule: string, path: string, text: string][] = [
  ['package-core', 'packages/core/src/assembly/a.ts', value('@spillway/http')],
  ['package-core-tests', 'packages/core/src/assembly/a.test.ts', value('@spillway/simulator')],
  ['package-simulator', 'packages/simulator/src/a.ts', type('@spillway/core')],
  ['package-simulator-tests', 'packages/simulator/src/a.test.ts', value('@spillway/core')],
  ['package-http', 'packages/http/src/a.ts', value('@spillway/openai')],
  ['package-http', 'packages/http/src/a.ts', value('@spillway/simulator')],
  ['package-http-tests', 'packages/http/src/a.test.ts', value('@spillway/openai')],
  ['package-openai', 'packages/openai/src/a.ts', value('@spillway/gemini')],
  ['package-openai-tests', 'packages/openai/src/a.test.ts', value('@spillway/rxjs')],
  ['package-gemini', 'packages/gemini/src/a.ts', `export * from '@spillway/openai'\n`],
  ['package-gemini-tests', 'packages/gemini/src/a.test.ts', value('@spillway/openai')],
  ['package-express', 'packages/express/src/a.ts', value('@spillway/openai')],
  ['package-express-tests', 'packages/express/src/a.test.ts', value('@spillway/koa')],
  ['package-koa', 'packages/koa/src/a.ts', value('@spillway/express')],
  ['package-koa-tests', 'packages/koa/src/a.test.ts', value('@spillway/express')],
  ['package-rxjs', 'packages/rxjs/src/a.ts', `export const late = import('@spillway/http')\n`],
  ['package-rxjs-tests', 'packages/rxjs/src/a.test.ts', value('@spillway/http')],
  ['package-opentelemetry', 'packages/opentelemetry/src/a.ts', value('@spillway/http')],
  ['package-opentelemetry-tests', 'packages/opentelemetry/src/a.test.ts', value('@spillway/openai')],
  ['package-redis', 'packages/redis/src/a.ts', value('@spillway/http')],
  ['package-redis-tests', 'packages/redis/src/a.test.ts', value('@spillway/koa')],
  ['package-monitor', 'packages/monitor/src/a.ts', value('@spillway/http')],
  ['package-monitor-tests', 'packages/monitor/src/a.test.ts', value('@spillway/redis')],
  ['package-batch', 'packages/batch/src/a.ts', value('@spillway/bullmq')],
  ['package-batch-tests', 'packages/batch/src/a.test.ts', value('@spillway/bullmq')],
  ['package-bullmq', 'packages/bullmq/src/a.ts', value('@spillway/gemini')],
  ['package-bullmq-tests', 'packages/bullmq/src/a.test.ts', value('@spillway/gemini')],
  ['package-spillway', 'packages/spillway/src/a.ts', value('@spillway/core')],
  ['package-spillway-tests', 'packages/spillway/src/a.test.ts', value('@spillway/simulator')],
  ['opentelemetry-in-opentelemetry', 'packages/opentelemetry/src/a.ts', type('@opentelemetry/sdk-trace')],
  ['opentelemetry-api-in-opentelemetry', 'packages/core/src/assembly/a.ts', type('@opentelemetry/api')],
  ['public-entry-points', 'packages/http/src/a.ts', value('../../core/src/kernel/clock.ts')],
  ['public-entry-points-outside', 'examples/batch/a.ts', value('../../packages/core/src/kernel/clock.ts')],
  ['packages-by-name', 'packages/http/src/a.ts', value('../../core/src/index.ts')],
  ['packages-by-name-outside', 'test/a.test.ts', value('../packages/core/src/index.ts')],
  ['nothing-imports-the-rest', 'packages/http/src/a.test.ts', value('../../../examples/batch/main.ts')],
  ['core-kernel', 'packages/core/src/kernel/a.ts', type('../primitives/window.ts')],
  ['core-primitives', 'packages/core/src/primitives/a.ts', type('../policies/retry/retry.ts')],
  ['core-policies', 'packages/core/src/policies/retry/a.ts', type('../../assembly/pipeline.ts')],
  ['core-assembly', 'packages/core/src/assembly/a.ts', value('../index.ts')],
  ['core-testing', 'packages/core/src/testing/a.ts', value('../index.ts')],
  ['core-no-sibling-policy', 'packages/core/src/policies/retry/a.ts', type('../timeout/timeout.ts')],
  ['cockatiel-in-core', 'packages/openai/src/a.ts', value('cockatiel')],
  ['rxjs-in-rxjs', 'packages/core/src/assembly/a.ts', type('rxjs')],
  [
    'no-cycles',
    'packages/core/src/kernel/clock.ts',
    `${good['packages/core/src/kernel/clock.ts']}import './policy.ts'\n`,
  ],
  ['resolvable', 'packages/http/src/a.ts', value('@spillway/core/src/kernel/clock.ts')],
]

describe('the arrows between packages and layers', () => {
  test('imports that go with the arrows are not reported', async () => {
    const { files, violations } = await checkArrows(folder)
    expect(violations).toEqual([])
    expect(files).toBeGreaterThan(Object.keys(good).length)
  })

  test.for(bad)('%s is reported for %s', async ([rule, path, text]) => {
    write(path, text)
    try {
      const { violations } = await checkArrows(folder)
      expect(violations.map((line) => line.split(' → ')[0])).toContain(`${rule}: ${path}`)
    } finally {
      const before = good[path]
      if (before === undefined) rmSync(join(folder, path))
      else write(path, before)
    }
  })

  test('every rule has an import here that breaks it', () => {
    expect(new Set(bad.map(([rule]) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)))
  })
})
