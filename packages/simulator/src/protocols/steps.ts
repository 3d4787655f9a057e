import type { Step } from '../faults/step.ts'

/** A whole body at once. */
export function wholeBody(headers: Readonly<Record<string, string>>, body: string): Step[] {
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  return [
    { type: 'head', status: 200, headers: { ...headers, ...length } },
    { type: 'write', data: body, part: 'body' },
    { type: 'end' },
  ]
}

/** A stream whose content spreads evenly over the service time; its headers come with its first chunk, as from real servers. */
export function paced(
  headers: Readonly<Record<string, string>>,
  preamble: readonly string[],
  content: readonly string[],
  final: readonly string[],
  serviceMs: number,
): Step[] {
  const gap: Step = { type: 'wait', ms: serviceMs / Math.max(1, content.length) }
  return [
    gap,
    { type: 'head', status: 200, headers },
    ...preamble.map((data): Step => ({ type: 'write', data, part: 'preamble' })),
    ...content.flatMap((data, index): Step[] => [
      ...(index === 0 ? [] : [gap]),
      { type: 'write', data, part: 'content' },
    ]),
    ...final.map((data): Step => ({ type: 'write', data, part: 'final' })),
    { type: 'end' },
  ]
}
