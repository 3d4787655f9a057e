import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'

const TEMPLATES = '/usr/share'

/** A program with its first arguments. */
export type Command = readonly [path: string, ...args: string[]]

/**
 * How an Alertmanager is started. Debian's reads its templates below /usr/share and nowhere else; where they are only beside the
 * program, it gets a view of the files in which they are there. Skips the test where the machine allows no such thing.
 */
export const alertmanager = (path: string, context: Pick<TestContext, 'skip'>): Command => {
  const template = 'prometheus/alertmanager/default.tmpl'
  const beside = join(path, '../../share')
  if (existsSync(join(TEMPLATES, template)) || !existsSync(join(beside, template))) return [path]
  const view: Command = [
    'unshare',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    'mount --bind "$0" "$1" && shift && exec "$@"',
    beside,
    TEMPLATES,
  ]
  const [command, ...args] = view
  if (spawnSync(command, [...args, 'true']).status === 0) return [...view, path]
  return context.skip(
    "Debian's Alertmanager reads its templates below /usr/share alone, and nobody may put them there here",
  )
}
