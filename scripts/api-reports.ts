// The public surface of every entry point, as text that a review can read: packages/NAME/api-report.md.
// Fails when a report differs from what the built declarations say; `pnpm api:accept` writes the new one.
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'

const root = join(import.meta.dirname, '..')
const temp = join(root, 'node_modules/.cache/spillway/api')
const accept = process.argv.includes('--accept')

interface EntryPoint {
  folder: string
  declarations: string
  report: string
}

/** Every `types` of every package's exports. */
function entryPoints(): EntryPoint[] {
  return globSync('packages/*/package.json', { cwd: root })
    .toSorted()
    .flatMap((file) => {
      const folder = join(root, dirname(file))
      const { exports } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        exports: Record<string, string | { types: string }>
      }
      return Object.entries(exports).flatMap(([path, target]) =>
        typeof target === 'string'
          ? []
          : [
              {
                folder,
                declarations: join(folder, target.types),
                report: join(folder, path === '.' ? 'api-report.md' : `api-report.${path.slice(2)}.md`),
              },
            ],
      )
    })
}

/** The report of one entry point; what is wrong with the entry point itself goes to `messages`. */
function describe({ folder, declarations }: EntryPoint, messages: string[]): string {
  const name = 'report'
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: join(root, 'scripts/api-reports.tsconfig.json') },
      apiReport: { enabled: true, reportFileName: name, reportFolder: temp, reportTempFolder: temp },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error, addToApiReportFile: false },
          'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
          'ae-undocumented': { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  })
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true
      // a constant that only lends its type (`keyof typeof table`) needs no name outside; a type does
      if (message.messageId === 'ae-forgotten-export' && /^The symbol "(?:[a-z]|[A-Z_]+")/.test(message.text)) return
      // what the package's main entry point exports may be spoken of by the others
      if (message.messageId === 'ae-forgotten-export' && isExportedByMain(folder, message.text)) return
      if (message.logLevel === ExtractorLogLevel.Error) {
        const place = message.sourceFilePath
          ? `${relative(root, message.sourceFilePath)}:${message.sourceFileLine}: `
          : ''
        messages.push(`${place}${message.text} (${message.messageId})`)
      }
    },
  })
  const report = readFileSync(join(temp, `${name}.api.md`), 'utf8')
  // members without a comment are marked in the report for the reviewer; a whole export without one is refused
  for (const [, declaration] of report.matchAll(/^\/\/ @public \(undocumented\)\n(.*)$/gm))
    messages.push(`${relative(root, folder)}: an export without a doc comment: ${declaration}`)
  return report
}

/** Whether the symbol that a message names is one of the package's main exports. */
function isExportedByMain(folder: string, text: string): boolean {
  const symbol = /"(\w+)"/.exec(text)?.[1]
  return new RegExp(`\\b${symbol}\\b`).test(readFileSync(join(folder, 'dist/index.d.ts'), 'utf8'))
}

/** The first lines that differ: enough to see what changed; git shows the rest once it is accepted. */
function difference(before: string, after: string): string {
  const old = new Set(before.split('\n'))
  const now = new Set(after.split('\n'))
  const removed = [...old].filter((line) => !now.has(line)).map((line) => `  - ${line}`)
  const added = [...now].filter((line) => !old.has(line)).map((line) => `  + ${line}`)
  return [...removed, ...added].slice(0, 60).join('\n')
}

mkdirSync(temp, { recursive: true })
let failed = false
for (const entry of entryPoints()) {
  const path = relative(root, entry.report)
  if (!existsSync(entry.declarations)) {
    console.error(`${path}: ${relative(root, entry.declarations)} is missing: run pnpm build`)
    failed = true
    continue
  }
  const messages: string[] = []
  const now = describe(entry, messages)
  const before = existsSync(entry.report) ? readFileSync(entry.report, 'utf8') : ''
  for (const message of messages) console.error(message)
  failed ||= messages.length > 0
  if (now === before) continue
  if (accept) {
    writeFileSync(entry.report, now)
    console.log(`${path}: written`)
  } else {
    console.error(`${path}: the public API changed. If that is meant, run pnpm api:accept and commit the report.`)
    console.error(difference(before, now))
    failed = true
  }
}
process.exitCode = failed ? 1 : 0
