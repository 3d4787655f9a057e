// Reads every import of a folder and reports those that go against arrow-rules.ts.
// Used through its API, because the command line prints a warning about TypeScript 7 that does not hold with swc.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { forbidden, options } from './arrow-rules.ts'

interface ArrowReport {
  /** How many source files were read. */
  files: number
  /** One line for each import that goes the wrong way: rule, from, to, reason. */
  violations: string[]
}

export async function checkArrows(root: string): Promise<ArrowReport> {
  const folders = ['packages', 'examples', 'docs', 'test'].filter((folder) => existsSync(join(root, folder)))
  const { output } = await cruise(folders, {
    ...options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden },
  })
  const { summary, modules } = output as ICruiseResult
  return {
    files: modules.filter((module) => !module.coreModule && !module.couldNotResolve).length,
    violations: summary.violations.map(({ rule, from, to, cycle }) => {
      const reason = forbidden.find(({ name }) => name === rule.name)?.comment ?? ''
      const round = cycle ? `: ${cycle.map(({ name }) => name).join(' → ')}` : ''
      return `${rule.name}: ${from} → ${to}\n    ${reason}${round}`
    }),
  }
}

if (import.meta.main) {
  const { files, violations } = await checkArrows(join(import.meta.dirname, '..'))
  for (const violation of violations) console.error(violation)
  console.log(`${files} files, ${violations.length} imports against an arrow`)
  process.exitCode = violations.length > 0 ? 1 : 0
}
