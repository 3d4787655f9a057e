import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fits } from './check-clients.ts'
import { ok, problem, warning, type Finding } from './finding.ts'
import { findPackage, type Copy } from './find-package.ts'

const API = '@opentelemetry/api'

/**
 * The copies of the OpenTelemetry API that the application in `folder` would load: its own, and that of each package beside it,
 * whoever made it: SDKs, instrumentations, clients of models that trace their calls. What is registered with an older copy is not seen by a newer one, and nothing
 * says so: nothing is exported, and there is no error.
 */
export function checkOpenTelemetry(folder: string): Finding[] {
  const spillway = findPackage('@spillway/opentelemetry', folder)
  const ours = spillway && findPackage(API, spillway.folder)
  const copies = new Map<string, Copy>()
  for (const place of [folder, ...packagesBeside(folder), ...(spillway === undefined ? [] : [spillway.folder])]) {
    const copy = findPackage(API, place)
    if (copy !== undefined) copies.set(copy.folder, copy)
  }
  const all = [...copies.values()]
  const [only] = all
  if (only === undefined) return [ok('opentelemetry', API, 'is not installed: nothing is traced')]
  const range = spillway?.peerDependencies[API]
  if (ours !== undefined && range !== undefined && !fits(ours.version, range))
    return [
      problem(
        'opentelemetry',
        API,
        `is ${ours.version}, and @spillway/opentelemetry is made for ${range}`,
        `npm install ${API}@${range}`,
      ),
    ]
  if (all.length === 1) return [ok('opentelemetry', API, `one copy, ${only.version}`)]
  const versions = [...new Set(all.map(({ version }) => version))].toSorted(byVersion)
  const found = `${all.length} copies: ${versions.join(', ')}`
  if (versions.length === 1)
    return [warning('opentelemetry', API, `${found}. They find each other as long as they stay the same`, ONE_COPY)]
  const blind = ours !== undefined && ours.version !== versions[0]
  return [
    (blind ? problem : warning)(
      'opentelemetry',
      API,
      `${found}. ${blind ? '@spillway/opentelemetry has a newer one and may not see an SDK that is registered with an older one' : 'A newer one does not see what is registered with an older one'}`,
      ONE_COPY,
    ),
  ]
}

const ONE_COPY = `Let there be one: npm ls ${API} shows who brings them, npm dedupe or "overrides" in package.json helps.`

/** The folders of the packages that the application itself has, links followed. */
function packagesBeside(folder: string): string[] {
  for (let at = folder; ; at = dirname(at)) {
    const modules = join(at, 'node_modules')
    if (existsSync(modules))
      return namesIn(modules)
        .flatMap((name) => (name.startsWith('@') ? namesIn(join(modules, name), `${name}/`) : name))
        .flatMap((name) => findPackage(name, at)?.folder ?? [])
    if (at === dirname(at)) return []
  }
}

const namesIn = (folder: string, prefix = ''): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((each) => !each.isFile() && !each.name.startsWith('.'))
    .map(({ name }) => `${prefix}${name}`)

const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true })
