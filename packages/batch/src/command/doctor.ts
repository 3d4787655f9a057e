import { Command } from 'commander'
import { diagnose } from '../doctor/diagnose.ts'
import type { Finding, FindingState } from '../doctor/finding.ts'
import type { CommandIo } from './command.ts'
import { type Style, styleFor } from './display/style.ts'
import { padEnd, widthOf } from './display/width.ts'
import { counted } from '../words/amounts.ts'
import { EXIT } from './exit-codes.ts'
import { leaveLeftovers } from './leftovers.ts'
import { printable } from './printable.ts'
import { several } from './values.ts'

/** What `spillway doctor` is told. */
interface DoctorCommandOptions {
  readonly online?: true
  readonly out?: string
  readonly model?: string
  readonly endpoint?: readonly string[]
  readonly json?: true
  readonly color: boolean
}

/** `spillway doctor`. */
export const command = (io: CommandIo): Command =>
  new Command('doctor')
    .description('Looks at everything that a run needs, without starting one, and says what to do.')
    .option('--online', 'also tries each key, by asking for the list of models, which costs nothing')
    .option('-o, --out <folder>', 'also looks whether a run could write there')
    .option('--model <name>', 'the model that a run would ask for (default: by provider)')
    .option('--endpoint <address>', 'one more place that is asked: https://relay.example/v1,key=RELAY_API_KEY', several)
    .option('--json', 'prints the findings as JSON')
    .option('--no-color', 'prints without colours')
    .action(async (options: DoctorCommandOptions) => {
      const { online = false, out, model, endpoint: endpoints = [] } = options
      const findings = await diagnose({
        env: io.env,
        endpoints,
        online,
        ...(out !== undefined && { folder: out }),
        ...(model !== undefined && { model }),
      })
      const problems = findings.filter(({ state }) => state === 'problem').length
      const warnings = findings.filter(({ state }) => state === 'warning').length
      if (options.json === true) io.stdout.write(`${JSON.stringify({ problems, warnings, findings }, null, 2)}\n`)
      else {
        for (const line of linesOf(findings, styleFor(io.stdout, io.env, options.color))) io.stdout.write(`${line}\n`)
        io.stderr.write(`${counted(problems, 'problem')}, ${counted(warnings, 'warning')}.\n`)
      }
      io.end(problems > 0 ? EXIT.someFailed : EXIT.done)
      leaveLeftovers()
    })

/** One line for each finding, and one below it where there is something to do. */
export function linesOf(findings: readonly Finding[], style: Style): string[] {
  const subjects = Math.max(0, ...findings.map(({ subject }) => widthOf(printable(subject))))
  const paints: Readonly<Record<FindingState, (text: string) => string>> = {
    ok: style.good,
    warning: style.warn,
    problem: style.bad,
  }
  return findings.flatMap(({ state, subject, found, todo }) => {
    const line = `${paints[state](padEnd(state, 9))}${padEnd(printable(subject), subjects)}  ${printable(found)}`
    return todo === undefined ? [line] : [line, `${' '.repeat(11 + subjects)}${style.dim(printable(todo))}`]
  })
}
