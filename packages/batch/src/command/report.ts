import { Command } from 'commander'
import { reportRun } from '../report/report-run.ts'
import type { CommandIo } from './command.ts'
import { counted } from '../words/amounts.ts'
import { printable } from './printable.ts'
import { amount } from './values.ts'

interface ReportCommandOptions {
  readonly to?: string
  readonly embed?: true
  readonly maxEmbed?: number
}

const MEGABYTE = 1_000_000

/** `spillway report`: writes the page, and its path to standard output. */
export const command = (io: CommandIo): Command =>
  new Command('report')
    .description(
      'Writes a run as one HTML page: charts, failures and a contact sheet of the pictures. Also while it runs.',
    )
    .argument('<folder>', 'the out folder of the run')
    .option('--to <file>', 'where the page goes (default: report.html in the folder)')
    .option('--embed', 'puts the pictures into the page, so that it can be sent to somebody')
    .option('--max-embed <megabytes>', 'so much of pictures at most, the others are linked (default: 50)', amount)
    .action(async (folder: string, { to, embed, maxEmbed }: ReportCommandOptions) => {
      const report = await reportRun(folder, {
        ...(maxEmbed !== undefined && { maxEmbedBytes: maxEmbed * MEGABYTE }),
        ...(to !== undefined && { to }),
        ...(embed !== undefined && { embed }),
      })
      const { file, bytes, embedded, linked } = report
      const where = [
        ...(embedded > 0 ? [`${counted(embedded, 'picture')} within it`] : []),
        ...(linked > 0 ? [`${counted(linked, 'picture')} beside it`] : []),
      ]
      const size = `${(bytes / MEGABYTE).toFixed(1)} MB`
      io.stderr.write(`Written: ${[size, ...where].join(', ')}.\n`)
      io.stdout.write(`${printable(file)}\n`)
    })
