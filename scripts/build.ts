// Builds the packages: declarations file by file, and one module for each entry point, because a program that starts loads one
// file in a third of the time that a hundred small ones take. What two entry points share is a module of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')

/** The sources of what `exports` names, and of a program to start by its path. */
const entriesOf = (folder: string): string[] => {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { '@spillway/source': string }>
  }
  const exported = Object.values(exports).flatMap((each) =>
    typeof each === 'string' ? [] : [each['@spillway/source']],
  )
  return [...exported, './src/main.ts'].map((file) => join(folder, file)).filter((file) => existsSync(file))
}

/** Declarations of deleted sources, which tsc leaves behind, and all modules: what is not built again must not be published. */
const removeOld = (folder: string): void => {
  for (const file of globSync('dist/**/*.{js,d.ts,map}', { cwd: folder })) {
    const source = file.replace('dist/', 'src/').replace(/\.d\.ts(\.map)?$/, '.ts')
    if (!existsSync(join(folder, source))) rmSync(join(folder, file))
  }
}

const bundle = async (folder: string): Promise<void> => {
  const made = await rolldown({
    input: Object.fromEntries(entriesOf(folder).map((file) => [basename(file, '.ts'), file])),
    cwd: folder,
    platform: 'node',
    // Whatever is imported by its name is installed beside the package.
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
    tsconfig: join(folder, 'tsconfig.json'),
  })
  await made.write({
    dir: join(folder, 'dist'),
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunk-[name].js',
    comments: { legal: true, annotation: true, jsdoc: false },
  })
  await made.close()
}

const projects = globSync('packages/*/tsconfig.json', { cwd: root })
const folders = projects.map((file) => join(root, file, '..'))
for (const folder of folders) removeOld(folder)
const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...projects], {
  cwd: root,
  stdio: 'inherit',
})
if (status === 0) for (const folder of folders) await bundle(folder)
process.exitCode = status ?? 1
