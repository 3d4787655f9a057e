import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkClients, fits } from './check-clients.ts'
import { checkFolder } from './check-folder.ts'
import { checkOpenTelemetry } from './check-opentelemetry.ts'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'spillway-doctor-test-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A tree of packages: their folder under `node_modules`, and what is in their manifest. */
const tree = (packages: Record<string, object>): string => {
  const root = folder()
  for (const [path, manifest] of Object.entries(packages)) {
    const file = join(root, 'node_modules', path, 'package.json')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(manifest))
  }
  return root
}

const HOME = {
  '@spillway/openai': { version: '1.0.0', peerDependencies: { openai: '^7.57.0' } },
  '@spillway/gemini': { version: '1.0.0', peerDependencies: { '@google/genai': '^3.1.0' } },
  openai: { version: '7.57.0' },
  '@google/genai': { version: '3.1.0' },
}

describe('clients', () => {
  test('that the program brings along are enough', () => {
    expect(checkClients(folder(), tree(HOME))).toMatchObject([
      { state: 'ok', subject: 'openai', found: 'the program’s is 7.57.0' },
      { state: 'ok', subject: '@google/genai', found: 'the program’s is 3.1.0' },
    ])
  })

  test('of the application that are too old or too new are warned of', () => {
    const application = tree({ openai: { version: '4.104.0' }, '@google/genai': { version: '4.0.0' } })
    expect(checkClients(application, tree(HOME))).toMatchObject([
      { state: 'ok' },
      {
        state: 'warning',
        found: 'the application’s is 4.104.0, and @spillway/openai is made for ^7.57.0',
        todo: 'npm install openai@^7.57.0',
      },
      { state: 'ok' },
      { state: 'warning', found: 'the application’s is 4.0.0, and @spillway/gemini is made for ^3.1.0' },
    ])
  })

  test('that are the same copy are told of once', () => {
    const both = tree(HOME)
    expect(checkClients(both, join(both, 'node_modules/@spillway/openai')).length).toBe(2)
  })

  test('that are missing are warned of', () => {
    expect(checkClients(folder(), folder())).toMatchObject([
      { state: 'warning', found: 'the program’s copy is missing' },
      { state: 'warning' },
    ])
  })

  test.for([
    ['7.57.0', '^7.57.0', true],
    ['7.57.1', '^7.57.0', true],
    ['7.173.0', '^7.57.0', true],
    ['7.57.0-beta.1', '^7.57.0', true],
    ['7.56.9', '^7.57.0', false],
    ['8.0.0', '^7.57.0', false],
    ['6.90.0', '^7.57.0', false],
    ['1.2.2', '^1.2.3', false],
    ['whatever', '^7.57.0', true],
    ['1.0.0', '>=2', true],
  ] as const)('%s in %s: %s', ([version, range, expected]) => {
    expect(fits(version, range)).toBe(expected)
  })
})

describe('the OpenTelemetry API', () => {
  const ours = { version: '1.0.0', peerDependencies: { '@opentelemetry/api': '^1.7.0' } }
  test.for<[string, Record<string, object>, string, RegExp]>([
    ['is not there', {}, 'ok', /^is not installed/],
    [
      'is there once',
      { '@opentelemetry/api': { version: '1.10.0' }, '@spillway/opentelemetry': ours },
      'ok',
      /^one copy, 1\.10\.0$/,
    ],
    [
      'is there once, and too old',
      { '@opentelemetry/api': { version: '1.4.1' }, '@spillway/opentelemetry': ours },
      'problem',
      /^is 1\.4\.1, and @spillway\/opentelemetry is made for \^1\.7\.0$/,
    ],
    [
      'is there twice, the newer one ours',
      {
        '@opentelemetry/api': { version: '1.8.0' },
        '@spillway/opentelemetry': ours,
        '@spillway/opentelemetry/node_modules/@opentelemetry/api': { version: '1.10.0' },
      },
      'problem',
      /^2 copies: 1\.8\.0, 1\.10\.0\. @spillway\/opentelemetry has a newer one/,
    ],
    [
      'is there twice, the newer one the SDK’s',
      {
        '@opentelemetry/api': { version: '1.9.0' },
        '@spillway/opentelemetry': ours,
        '@opentelemetry/sdk-trace': { version: '3.0.0' },
        '@opentelemetry/sdk-trace/node_modules/@opentelemetry/api': { version: '1.10.0' },
      },
      'warning',
      /^2 copies: 1\.9\.0, 1\.10\.0\. A newer one does not see/,
    ],
    [
      'is there twice, one with a package of somebody else',
      {
        '@opentelemetry/api': { version: '1.10.0' },
        ai: { version: '7.0.0' },
        'ai/node_modules/@opentelemetry/api': { version: '1.9.0' },
      },
      'warning',
      /^2 copies: 1\.9\.0, 1\.10\.0\. A newer one does not see/,
    ],
    [
      'is there twice in one version',
      {
        '@opentelemetry/api': { version: '1.9.0' },
        '@opentelemetry/sdk-trace': { version: '3.0.0' },
        '@opentelemetry/sdk-trace/node_modules/@opentelemetry/api': { version: '1.9.0' },
      },
      'warning',
      /^2 copies: 1\.9\.0\. They find each other/,
    ],
  ])('%s', ([, packages, state, found]) => {
    expect(checkOpenTelemetry(tree(packages))).toMatchObject([{ state, found: expect.stringMatching(found) }])
  })

  test('is found where packages are links, as pnpm makes them', () => {
    const root = tree({
      '.pnpm/a@1/node_modules/@opentelemetry/sdk-trace': { version: '3.0.0' },
      '.pnpm/a@1/node_modules/@opentelemetry/api': { version: '1.10.0' },
      '.pnpm/b@1/node_modules/@opentelemetry/api': { version: '1.9.0' },
    })
    mkdirSync(join(root, 'node_modules/@opentelemetry'))
    for (const [name, store] of [
      ['api', 'b@1'],
      ['sdk-trace', 'a@1'],
    ])
      symlinkSync(
        join('../.pnpm', store as string, 'node_modules/@opentelemetry', name as string),
        join(root, 'node_modules/@opentelemetry', name as string),
      )
    expect(checkOpenTelemetry(root)).toMatchObject([{ found: expect.stringMatching(/^2 copies: 1\.9\.0, 1\.10\.0/) }])
  })

  test('is found from a folder inside the application', () => {
    const root = tree({ '@opentelemetry/api': { version: '1.9.0' } })
    mkdirSync(join(root, 'src/deep'), { recursive: true })
    expect(checkOpenTelemetry(join(root, 'src/deep'))).toMatchObject([{ found: 'one copy, 1.9.0' }])
  })
})

describe('the out folder', () => {
  test('that is there can be written, and nothing is left in it', () => {
    const there = folder()
    expect(checkFolder(there)[0]).toMatchObject({ state: 'ok', found: 'can be written' })
    expect(checkFolder(there)[1]).toMatchObject({ found: expect.stringMatching(/^[\d.]+ [GM]iB free$/) })
    expect(readdirSync(there)).toEqual([])
  })

  test('that is not there is not made', () => {
    const there = folder()
    expect(checkFolder(join(there, 'a/b/c'))[0]).toMatchObject({
      state: 'ok',
      found: 'is not there yet, and can be made',
    })
    expect(readdirSync(there)).toEqual([])
  })

  test('that is a file, or behind one, is a problem', () => {
    const file = join(folder(), 'file')
    writeFileSync(file, '')
    expect(checkFolder(file)).toMatchObject([{ state: 'problem', found: 'is a file, or behind one' }])
    expect(checkFolder(join(file, 'images'))).toMatchObject([{ state: 'problem' }])
  })

  test('that cannot be written is a problem', () => {
    if (process.platform === 'linux')
      expect(checkFolder('/proc/images')).toMatchObject([
        { state: 'problem', found: expect.stringMatching(/^cannot be made in \/proc \(E\w+\)$/) },
      ])
    const closed = folder()
    chmodSync(closed, 0o500)
    // Whoever may do everything may write here as well.
    if (process.getuid?.() !== 0) expect(checkFolder(closed)[0]).toMatchObject({ state: 'problem' })
  })
})
