// The alerts as a file of Prometheus rules.
import { ALERTS } from './alerts.ts'

const RUNBOOK = 'https://github.com/spillway/spillway/blob/main/docs/adapters/opentelemetry.md#alerts'

const block = (text: string, indent: string): string =>
  text
    .split('\n')
    .map((line) => `${indent}${line}`)
    .join('\n')

/** JSON's strings are YAML's. */
const text = (value: string): string => JSON.stringify(value)

export const rulesFile =
  (): string => `# Made by \`pnpm docs:tables\` from scripts/monitoring/alerts.ts. Thresholds are where to begin: change them in a copy.
groups:
  - name: spillway
    rules:
${ALERTS.map(
  ({ name, expr, for: lasting, severity, summary, todo }) => `      - alert: ${name}
        expr: |
${block(expr, '          ')}
        for: ${lasting}
        labels:
          severity: ${severity}
        annotations:
          summary: ${text(summary)}
          description: ${text(todo)}
          runbook_url: ${RUNBOOK}
`,
).join('')}`
