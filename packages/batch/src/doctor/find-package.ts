import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A copy of a package. */
export interface Copy {
  /** Where it is, links followed. */
  readonly folder: string
  readonly version: string
  readonly peerDependencies: Readonly<Record<string, string>>
}

/** The copy of a package that a module in `folder` gets, by the rules of Node; `undefined` where there is none. */
export function findPackage(name: string, folder: string): Copy | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = readPackage(join(at, 'node_modules', name))
    if (found !== undefined || at === dirname(at)) return found
  }
}

/** The package in a folder. */
function readPackage(folder: string): Copy | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<Copy>
    const { version, peerDependencies = {} } = manifest
    return typeof version === 'string' ? { folder: realpathSync(folder), version, peerDependencies } : undefined
  } catch {
    return undefined
  }
}
