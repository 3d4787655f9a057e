import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { table } from './table.ts'

/** What a bundler leaves of each import, minified and gzipped. */
export const bundleSize = (): string => {
  const root = join(import.meta.dirname, '../../..')
  const cli = join(root, 'node_modules/size-limit/bin.js')
  const config = join(import.meta.dirname, 'bundle-sizes.json')
  // It also fails where a limit is passed; there are none here.
  const { stdout, stderr } = spawnSync(process.execPath, [cli, '--json', '--config', config], {
    cwd: root,
    encoding: 'utf8',
  })
  if (!stdout.startsWith('[')) throw new Error(`size-limit: ${stdout}${stderr}`)
  const sizes = JSON.parse(stdout) as { name: string; size: number }[]
  const rows = sizes.map(({ name, size }) => [name, (size / 1024).toFixed(2)])
  return table('Bundle size', ['import', 'KiB, gzipped'], rows)
}
