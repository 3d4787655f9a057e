import type { Spread } from './measure.ts'

/** A Markdown table; the first column is text, the others are figures. */
export const table = (
  title: string,
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string =>
  [
    `### ${title}`,
    '',
    `| ${head.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(head.length - 1)}`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n')

const digits = (value: number): number => (value < 3 ? 2 : value < 100 ? 1 : 0)

export const ratio = (value: number): string => `${value.toFixed(digits(value))}×`

export const quartiles = ({ median, low, high }: Spread): string => `${ratio(median)} (${ratio(low)}–${ratio(high)})`

export const whole = (value: number): string => Math.round(value).toLocaleString('en')
