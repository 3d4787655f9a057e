import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installWithNpm, packAndInstall, packages, readManifest, root, runFile, type Installed } from './packed.ts'

let installed: Installed
beforeAll(() => {
  installed = packAndInstall()
})
afterAll(() => installed?.remove())

const entryPoints = packages.flatMap((one) => one.entryPoints)

describe.for(packages)('$source.name as it would be published', ({ source, tarball, entryPoints: { length } }) => {
  const main = length > 0 ? 'index' : 'main'
  const folder = (): string => join(installed.folder, 'node_modules', source.name)

  test('publint has nothing to say', async () => {
    const data = installed.tarball(tarball)
    const buffer = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  test('its manifest names no source, no workspace and no file that is missing', () => {
    const manifest = readManifest(join(folder(), 'package.json'))
    expect(JSON.stringify(manifest)).not.toMatch(/@spillway\/source|workspace:/)
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    )
    expect(targets.filter((target) => !existsSync(join(folder(), target)))).toEqual([])
    expect(Object.keys(manifest.exports)).toEqual(Object.keys(source.exports))
  })

  test('every module that it imports is its own, of Node, or of a package that it depends on', () => {
    const { dependencies = {}, peerDependencies = {} } = readManifest(join(folder(), 'package.json'))
    const known = new Set([source.name, ...Object.keys(dependencies), ...Object.keys(peerDependencies)])
    const imported = globSync('dist/**/*.js', { cwd: folder() }).flatMap((file) =>
      [
        ...readFileSync(join(folder(), file), 'utf8').matchAll(
          /^(?:import|export)\b[^'"`;]*?from\s*["']([^."'][^"']*)["'];?$/gm,
        ),
      ]
        .map(([, module = '']) => module)
        .filter((module) => !module.startsWith('node:')),
    )
    const nameOf = (module: string): string => module.split('/', module.startsWith('@') ? 2 : 1).join('/')
    expect(imported.filter((module) => !known.has(nameOf(module)))).toEqual([])
  })

  test('it brings a licence, a README and sources for its maps, and no tests', () => {
    const files = globSync('**/*', { cwd: folder() })
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', `src/${main}.ts`, `dist/${main}.js`]))
    expect(files.filter((file) => /\.test|\.bench|__fixtures__|tsbuildinfo|api-report/.test(file))).toEqual([])
  })
})

const libraries = packages.filter((one) => one.entryPoints.length > 0)
test.for(libraries)('the types of $source.name resolve wherever ES modules do', async ({ tarball }) => {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(installed.tarball(tarball))))
  if (!result.types) throw new Error('the tarball contains no types')
  // an ESM-only package has no CommonJS types and nothing for the resolution of Node 10
  const problems = result.problems.filter(
    (problem) => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)),
  )
  expect(problems).toEqual([])
})

describe('an empty project with only the tarballs installed', () => {
  test.for(entryPoints)('import and require of %s give the names that its source exports', async (entry) => {
    const names = Object.keys((await import(/* @vite-ignore */ entry)) as object).toSorted()
    const print = 'console.log(JSON.stringify(Object.keys(it).sort()))'
    const file = entry.replaceAll(/\W+/g, '_')
    expect(runFile(installed.folder, `${file}.cjs`, `const it = require('${entry}')\n${print}\n`)).toEqual(names)
    expect(runFile(installed.folder, `${file}.mts`, `import * as it from '${entry}'\n${print}\n`)).toEqual(names)
  })

  test('the program starts, and makes a picture of a simulated model', () => {
    const bin = join(installed.folder, 'node_modules/.bin/spillway')
    const spillway = (args: readonly string[]): string =>
      execFileSync(bin, args, { cwd: installed.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    const { version } = readManifest(join(installed.folder, 'node_modules/@spillway/batch/package.json'))
    expect(spillway(['--version']).trim()).toBe(version)
    expect(spillway(['run', '--help'])).toContain('--max-cost <amount>')
    writeFileSync(join(installed.folder, 'prompts.txt'), 'A heron at dawn\n')
    const summary = spillway(['run', 'prompts.txt', '--out', 'images', '--simulate', '--json'])
    expect(JSON.parse(summary)).toMatchObject({ exit: 0, done: 1 })
    expect(globSync('*.png', { cwd: join(installed.folder, 'images') })).toHaveLength(1)
  })

  test('npx spillway works where npm has installed the package of that name alone', () => {
    const { folder, npx } = installWithNpm('spillway', installed.tarballs)
    try {
      expect(npx(['spillway', '--version']).trim()).toBe(
        packages.find(({ source }) => source.name === 'spillway')?.source.version,
      )
      writeFileSync(join(folder, 'prompts.txt'), 'A heron at dawn\n')
      expect(npx(['spillway', 'run', 'prompts.txt', '--out', 'images', '--simulate'])).toBe('')
      expect(globSync('*.png', { cwd: join(folder, 'images') })).toHaveLength(1)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('what its maps say of a mistake is the place in the source', () => {
    const code = `
      import { setSourceMapsSupport } from 'node:module'
      setSourceMapsSupport(true, { nodeModules: true })
      const { pipeline } = await import('@spillway/core')
      try { pipeline([1]) } catch (error) { console.log(JSON.stringify(error.stack)) }
    `
    const stack = runFile(installed.folder, 'mistake.mjs', code)
    expect(stack).toMatch(/at checkParts \(.*core.src.kernel.check-part\.ts:\d+:\d+\)/)
  })

  test('private fields are left to the engine, which knows them', () => {
    const built = readFileSync(join(installed.folder, 'node_modules/@spillway/core/dist/index.js'), 'utf8')
    expect(built).toMatch(/this\.#\w+/)
    expect(built).not.toMatch(/classPrivateField|_private\w*\.(get|has)\(/)
  })

  test('everything that comes along has a permissive licence', () => {
    const manifests = globSync('node_modules/.pnpm/*/node_modules/{*,@*/*}/package.json', { cwd: installed.folder })
    const licences = manifests.map((path) => {
      const { name, license = 'none' } = readManifest(join(installed.folder, path))
      return `${name}: ${license}`
    })
    expect(licences.length).toBeGreaterThan(packages.length)
    expect(
      licences.filter((line) => !/: \(?(MIT|ISC|Apache-2.0|BSD-[23]-Clause|0BSD|BlueOak-1.0.0|Unlicense)\b/.test(line)),
    ).toEqual([])
  })

  test('every entry point type-checks from ESM and from CommonJS, declarations included', () => {
    const imports = entryPoints.map((entry, index) => `import * as e${index} from '${entry}'\n`).join('')
    const requires = entryPoints.map((entry, index) => `import e${index} = require('${entry}')\n`).join('')
    const uses = `export const all = [${entryPoints.map((_, index) => `e${index}`).join(', ')}]\n`
    writeFileSync(join(installed.folder, 'types.mts'), imports + uses)
    writeFileSync(join(installed.folder, 'types.cts'), requires + uses)
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      strict: true,
      noEmit: true,
      types: ['node'],
      skipLibCheck: false,
    }
    writeFileSync(
      join(installed.folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['types.mts', 'types.cts'] }),
    )
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const output = (): string => {
      try {
        return execFileSync(process.execPath, [tsc, '-p', installed.folder], { encoding: 'utf8' })
      } catch (error) {
        return String((error as { stdout: unknown }).stdout)
      }
    }
    expect(output()).toBe('')
  })
})
