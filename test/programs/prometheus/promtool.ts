import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const RULES = join(import.meta.dirname, '../../../packages/opentelemetry/monitoring/prometheus-rules.yml')

interface RuleTest {
  readonly series: Readonly<Record<string, string>>
  /** The alerts that fire at a minute, and no others. */
  readonly firing: Readonly<Record<number, readonly string[]>>
}

/** What promtool says. */
export interface Said {
  readonly status: number | null
  readonly output: string
}

export const promtool = (path: string, ...args: readonly string[]): Said => {
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

/** Runs the rules over series, by the minute. */
export const testRules = (path: string, tests: readonly RuleTest[]): Said => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-promtool-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'test.yml')
  // JSON is YAML.
  const content = {
    rule_files: [RULES],
    evaluation_interval: '1m',
    tests: tests.map(({ series, firing }) => ({
      interval: '1m',
      input_series: Object.entries(series).map(([each, values]) => ({ series: each, values })),
      promql_expr_test: Object.entries(firing).map(([minute, alerts]) => ({
        expr: 'group by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: `${minute}m`,
        exp_samples: alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
      })),
    })),
  }
  writeFileSync(file, JSON.stringify(content))
  return promtool(path, 'test', 'rules', file)
}
