import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { parseScenario } from './scenario/parse-scenario.ts'
import { SimulatorError } from './simulator-error.ts'
import { createSimulator } from './simulator.ts'

const USAGE = 'usage: main.ts [scenario.json] [--port N] [--host H] [--time-scale X] [--seed N]'

/** Runs a simulator until it is interrupted, and prints its counters then. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      'time-scale': { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    console.log(USAGE)
    return
  }
  const [file] = positionals
  const scenario = file === undefined ? {} : parseScenario(await readFile(file, 'utf8'))
  const simulator = createSimulator(scenario, {
    ...(values['time-scale'] !== undefined && { timeScale: Number(values['time-scale']) }),
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
  })
  const { url } = await simulator.listen(Number(values.port), values.host)
  console.log(`Simulator listens on ${url} (counters: ${url}/simulator/counters)`)
  const stop = (): void => {
    console.log(JSON.stringify(simulator.counters().total, null, 2))
    void simulator.close()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

main().catch((error: unknown) => {
  const isOurs = error instanceof SimulatorError || (error instanceof Error && 'code' in error)
  console.error(isOurs ? `${error.message}\n${USAGE}` : error)
  process.exitCode = 1
})
