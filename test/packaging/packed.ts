// Packs every package as it would be published and installs the tarballs, and nothing else of ours, in an empty folder.
import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

interface Manifest {
  name: string
  version: string
  license?: string
  exports: Record<string, string | Record<string, string>>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

interface PackedPackage {
  /** The manifest in the repository, before packing. */
  source: Manifest
  tarball: string
  /** `@spillway/core`, `@spillway/core/testing`. */
  entryPoints: string[]
}

export const root = join(import.meta.dirname, '../..')

export const packages: PackedPackage[] = globSync('packages/*/package.json', { cwd: root })
  .toSorted()
  .map((path) => {
    const source = readManifest(join(root, path))
    const entryPoints = Object.keys(source.exports)
      .filter((key) => key !== './package.json')
      .map((key) => source.name + key.slice(1))
    return { source, entryPoints, tarball: `${source.name.replace('@', '').replace('/', '-')}-${source.version}.tgz` }
  })

export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}

/** The pnpm that runs the tests when there is one, else the one pinned in package.json. */
function pnpm(args: string[], cwd: string): void {
  const pinned = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string })
    .packageManager
  const inside = process.env['npm_config_user_agent']?.startsWith('pnpm/12.') === true
  const [command, ...first]: [string, ...string[]] = inside ? ['pnpm'] : ['npx', '--yes', pinned]
  execFileSync(command, [...first, ...args], { cwd, env: ownEnvironment(), encoding: 'utf8', stdio: 'pipe' })
}

/** What is started by pnpm inherits its settings; CI would freeze a lockfile that the folder does not have. */
const ownEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_config_|CI$|NODE_OPTIONS$)/i.test(name)),
  )

export interface Installed {
  folder: string
  /** Where the tarballs are. */
  tarballs: string
  tarball(file: string): Buffer
  remove(): void
}

export function packAndInstall(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-packed-'))
  const tarballs = join(folder, 'tarballs')
  mkdirSync(tarballs)
  pnpm(['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', tarballs], root)

  const ours = Object.fromEntries(packages.map(({ source, tarball }) => [source.name, `file:tarballs/${tarball}`]))
  const peers = Object.assign({}, ...packages.map(({ source }) => peerVersions(source))) as Record<string, string>
  const types = readManifest(join(root, 'node_modules/@types/node/package.json')).version
  const manifest = { name: 'consumer', private: true, dependencies: { ...ours, ...peers, '@types/node': types } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const overrides = Object.entries(ours).map(([name, file]) => `  '${name}': '${file}'\n`)
  writeFileSync(
    join(folder, 'pnpm-workspace.yaml'),
    `pmOnFail: ignore\noverrides:\n${overrides.join('')}allowBuilds:\n  msgpackr-extract: false\n  protobufjs: false\n`,
  )
  pnpm(['install', '--prefer-offline', '--no-frozen-lockfile'], folder)
  return {
    folder,
    tarballs,
    tarball: (file) => readFileSync(join(tarballs, basename(file))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The versions of the peers that the repository itself is tested with. */
function peerVersions({ peerDependencies = {}, devDependencies = {} }: Manifest): Record<string, string> {
  return Object.fromEntries(Object.keys(peerDependencies).map((name) => [name, devDependencies[name] ?? 'latest']))
}

/** Writes a file into the consumer's folder and runs it with the Node of the tests. */
export function runFile(folder: string, name: string, code: string): unknown {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), code)
  return JSON.parse(execFileSync(process.execPath, [name], { cwd: folder, encoding: 'utf8' }))
}

/** The package and those of ours that it needs, which no registry has before they are published. */
function closureOf(name: string): PackedPackage[] {
  const found = packages.find(({ source }) => source.name === name)
  if (found === undefined) return []
  return [...new Set([found, ...Object.keys(found.source.dependencies ?? {}).flatMap(closureOf)])]
}

/**
 * A folder of somebody who has npm and nothing else, with one of the packages installed.
 *
 * @returns runs `npx` in it, without a network, and gives back what it prints
 */
export function installWithNpm(name: string, tarballs: string): { folder: string; npx: (args: string[]) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-npm-'))
  const npm = (command: 'npm' | 'npx', args: string[]): string =>
    execFileSync(command, args, { cwd: folder, env: ownEnvironment(), encoding: 'utf8', stdio: 'pipe' })
  const files = closureOf(name).map(({ tarball }) => join(tarballs, tarball))
  npm('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...new Set(files)])
  return { folder, npx: (args) => npm('npx', ['--offline', ...args]) }
}
