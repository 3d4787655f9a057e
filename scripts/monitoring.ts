// Writes what @spillway/opentelemetry ships for Prometheus and Grafana, from the definitions of its metrics.
// `--check` writes nothing and fails where a file is out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dashboardFile } from './monitoring/dashboard.ts'
import { rulesFile } from './monitoring/rules-file.ts'

const folder = join(import.meta.dirname, '../packages/opentelemetry/monitoring')
const files = { 'prometheus-rules.yml': rulesFile(), 'grafana-dashboard.json': dashboardFile() }

for (const [name, text] of Object.entries(files)) {
  const path = join(folder, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  if (process.argv.includes('--check')) {
    console.log(`packages/opentelemetry/monitoring/${name} is out of date: run \`pnpm docs:tables\`.`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}
