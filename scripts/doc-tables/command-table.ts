import { table, type Source } from './tables.ts'

/** `.option('--rpm <n>', 'what it does (default: learned)', parse, 'given')`, as the formatter writes it. */
const OPTION =
  /\.(requiredOption|option)\(\s*'([^']+)',\s*'([^']+)'(?:,\s*[\w.]+(?:\([^()]*\))?)?(?:,\s*'([^']+)')?,?\s*\)/g

/** One row for each option of a command, in the order of its help: `paths` are the files that define them. */
export const commandTable = (sources: readonly Source[], paths: string): string =>
  table(
    ['option', 'what it does', 'default'],
    paths.split(' ').flatMap((path) => optionsIn(sources, path)),
  )

const optionsIn = (sources: readonly Source[], path: string): string[][] => {
  const source = sources.find((each) => each.path === path)
  if (source === undefined) throw new Error(`There is no ${path}.`)
  const written = source.text.match(/\.(?:requiredOption|option)\(/g)?.length ?? 0
  const rows = [...source.text.matchAll(OPTION)].map(([, kind, flags = '', text = '', given]) => {
    const [, what = text, said] = /^(.*?) \(default: (.*)\)$/.exec(text) ?? []
    return [`\`${flags}\``, what, said ?? given ?? (kind === 'requiredOption' ? 'required' : 'none')]
  })
  if (rows.length !== written) throw new Error(`${path}: ${written} options, and ${rows.length} of them can be read.`)
  return rows
}
