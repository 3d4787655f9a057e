/** The tables of a benchmark's Markdown by title: each a list of rows, each row its cells by the head of their column. */
const tablesOf = (markdown: string): Map<string, Record<string, string>[]> => {
  const tables = new Map<string, Record<string, string>[]>()
  for (const part of markdown.split(/^### /m).slice(1)) {
    const [title = '', ...lines] = part.split('\n')
    const [head = [], , ...rows] = lines.filter((line) => line.startsWith('|')).map(cellsOf)
    const keyed = rows.map((row) => Object.fromEntries(row.map((cell, i) => [head[i] || 'name', cell] as const)))
    tables.set(title, keyed)
  }
  return tables
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

const numberOf = (cell: string | undefined): number => Number.parseFloat((cell ?? '').replaceAll(',', ''))

const OVERHEAD: readonly {
  readonly what: string
  /** How its table's title begins, how its row does, and which column. */
  readonly where: readonly [table: string, row: string, column: string]
  readonly atMost: number
  readonly unit: string
}[] = [
  { what: 'five policies, in sequence', where: ['Five', 'Spillway', 'in sequence'], atMost: 8, unit: '×' },
  { what: 'five policies, 64 at once', where: ['Five', 'Spillway', '64 at once'], atMost: 7, unit: '×' },
  { what: 'allocated per call', where: ['Five', 'Spillway', 'bytes per call'], atMost: 1300, unit: ' B' },
  { what: 'heap per call in flight', where: ['100,000', 'Spillway', 'bytes per call'], atMost: 800, unit: ' B' },
  { what: 'timers armed by 100,000 calls', where: ['100,000', 'Spillway', 'timers armed'], atMost: 1, unit: '' },
  { what: '100,000 calls to 10,000', where: ['100,000', 'Spillway', 'times ten calls'], atMost: 20, unit: '×' },
  {
    what: 'listeners left on a long-lived signal',
    where: ['60,000', 'Spillway', 'listeners left'],
    atMost: 0,
    unit: '',
  },
  {
    what: 'open circuit with fallback, to a bare rejection',
    where: ['Refusals', 'Spillway, open circuit and fallback', 'quickest'],
    atMost: 1,
    unit: '×',
  },
  {
    what: 'retry alone, gzipped',
    where: ['Bundle', 'Spillway: retry alone', 'KiB, gzipped'],
    atMost: 2,
    unit: ' KiB',
  },
  {
    what: 'five policies, gzipped',
    where: ['Bundle', 'Spillway: pipeline and the five', 'KiB, gzipped'],
    atMost: 4.5,
    unit: ' KiB',
  },
  { what: "import, to cockatiel's", where: ['Cold', '@spillway/core', "to cockatiel's"], atMost: 1.5, unit: '×' },
]

const line = (what: string, wanted: string, measured: string, reached: boolean): string =>
  `| ${what} | ${wanted} | ${measured} | ${reached ? 'yes' : '**no**'} |`

const HEAD = ['| target | wanted | measured | reached |', '| --- | ---: | ---: | --- |']

export const overheadTargets = (markdown: string): string => {
  const tables = [...tablesOf(markdown)]
  const rowOf = (table: string, name: string): Record<string, string> | undefined =>
    tables.find(([title]) => title.startsWith(table))?.[1].find((row) => Object.values(row)[0]?.startsWith(name))
  const rows = OVERHEAD.map(({ what, where: [table, row, column], atMost, unit }) => {
    const measured = numberOf(rowOf(table, row)?.[column])
    return line(what, `≤ ${atMost}${unit}`, `${measured}${unit}`, measured <= atMost)
  })
  const silent = numberOf(rowOf('Events', 'five policies, events taken out, once')?.['quickest'])
  const unheard = numberOf(rowOf('Events', 'five policies, nobody')?.['quickest'])
  // Each further copy of the core is slower than the one before, with or without events: it stands between two without.
  const more = ((2 * unheard) / (1 + silent) - 1) * 100
  return [...HEAD, ...rows, line('unheard events cost', '≤ 3 %', `${more.toFixed(0)} %`, more <= 3)].join('\n')
}

const OURS = 'Spillway, defaults'

/** Each scenario: the best goodput of all within a point, and no more requests than whoever is within a point of ours. */
export const outcomeTargets = (markdown: string): string => {
  const lines: string[] = []
  for (const [title, rows] of tablesOf(markdown)) {
    const own = rows.find((row) => row['strategy'] === OURS)
    const others = rows.filter((row) => !row['strategy']?.startsWith('Spillway'))
    const goodput = (row: Record<string, string> | undefined): number => numberOf(row?.['goodput %'])
    const requests = (row: Record<string, string> | undefined): number => numberOf(row?.['requests per success'])
    const best = Math.max(...others.map(goodput))
    const peers = others.filter((row) => goodput(row) >= goodput(own) - 1)
    const fewest = Math.min(...peers.map(requests))
    lines.push(
      line(
        `${title}: goodput`,
        `≥ ${(best - 1).toFixed(1)} %`,
        `${goodput(own).toFixed(1)} %`,
        goodput(own) >= best - 1,
      ),
    )
    const plain = others.find((row) => row['strategy']?.startsWith('plain retries'))
    if (plain !== undefined)
      lines.push(
        line(
          `${title}: where plain retries reach ${goodput(plain).toFixed(1)} %`,
          '≥ 89 %',
          `${goodput(own).toFixed(1)} %`,
          goodput(own) >= 89,
        ),
      )
    if (peers.length > 0)
      lines.push(
        line(
          `${title}: requests per success`,
          `≤ ${fewest.toFixed(2)}`,
          requests(own).toFixed(2),
          requests(own) <= fewest + 0.005,
        ),
      )
  }
  return [...HEAD, ...lines].join('\n')
}
