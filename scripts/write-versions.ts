// Writes each package's version into its `src/version.ts`, where it has one: after `changeset version`, before the build.
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
for (const manifest of globSync('packages/*/package.json', { cwd: root })) {
  const file = join(root, dirname(manifest), 'src/version.ts')
  if (!existsSync(file)) continue
  const { version } = JSON.parse(readFileSync(join(root, manifest), 'utf8')) as { version: string }
  writeFileSync(file, readFileSync(file, 'utf8').replace(/VERSION = '.*'/, `VERSION = '${version}'`))
}
