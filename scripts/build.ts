// Compiles the packages. tsc leaves the output of deleted sources behind, and that would be published: it is removed first.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
for (const file of globSync('packages/*/dist/**/*.{js,d.ts,map}', { cwd: root })) {
  const source = file.replace('/dist/', '/src/').replace(/\.(js|d\.ts)(\.map)?$/, '.ts')
  if (!existsSync(join(root, source))) rmSync(join(root, file))
}
const packages = globSync('packages/*/tsconfig.json', { cwd: root })
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...packages], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
