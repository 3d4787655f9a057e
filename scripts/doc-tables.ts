// Writes the tables of the documentation from the sources: options with their defaults, events, errors. A page marks the
// place: `<!-- options RetryOptions -->` … `<!-- end -->`, `<!-- events retry -->`, `<!-- errors -->`; `<!-- metrics -->`, `<!-- attributes -->` and
// `<!-- alerts -->` are what OpenTelemetry gets; `<!-- command packages/…/run-command.ts -->` is what a command takes, and
// `<!-- monitor-events -->` what a monitor says.
// Where several packages have options of one name: `<!-- options Quota packages/core/ -->`.
// `--check` writes nothing and fails where a table is out of date.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandTable } from './doc-tables/command-table.ts'
import { errorsTable, eventsTable, monitorEventsTable, optionsTable, type Source } from './doc-tables/tables.ts'
import { alertsTable, attributesTable, metricsTable } from './doc-tables/telemetry-tables.ts'

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const read = (path: string): Source => ({ path, text: readFileSync(join(root, path), 'utf8') })
const sources = globSync('packages/*/src/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') })
  .toSorted()
  .map(read)
const pages = globSync(['README.md', 'docs/**/*.md', 'packages/*/README.md'], {
  cwd: root,
  exclude: (path) => path.includes('node_modules'),
}).map(read)

const tables: Record<string, (argument: string) => string> = {
  options: (name) => optionsTable(sources, name),
  events: (prefix) => eventsTable(sources, prefix),
  errors: (folder) => errorsTable(sources, folder),
  'monitor-events': () => monitorEventsTable(sources),
  metrics: () => metricsTable(),
  attributes: () => attributesTable(sources),
  alerts: () => alertsTable(),
  command: (path) => commandTable(sources, path),
}

// The formatter aligns the columns of a table: only what it says counts.
const words = (text: string): string => text.replaceAll(/[ \-\n]+/g, ' ')

let stale = 0
for (const { path, text } of pages) {
  const made = text.replaceAll(
    /(<!-- (options|events|monitor-events|errors|metrics|attributes|alerts|command) ?(.*?) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, start: string, kind: string, argument: string, end: string) =>
      `${start}\n${tables[kind]?.(argument) ?? ''}\n\n${end}`,
  )
  if (words(made) === words(text)) continue
  if (check) {
    stale++
    console.log(`${path} has a table that is out of date: run \`pnpm docs:tables\`.`)
  } else writeFileSync(join(root, path), made)
}
process.exitCode = stale > 0 ? 1 : 0
