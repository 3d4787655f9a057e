/** A line as it stands in the input: its bytes, or the word for one that is too long to be kept. */
export interface RawLine {
  /** From 1. */
  readonly line: number
  readonly bytes: Uint8Array | 'too long'
}

const [NEW_LINE, RETURN] = [0x0a, 0x0d]
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** Longer than any prompt in any notation: what follows is thrown away unread, so that no input fills the memory. */
const MAX_LINE_BYTES: number = 2 ** 20

/** The lines of a stream of bytes, without their ends (LF or CRLF) and without the mark that editors put at the beginning. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<RawLine> {
  let line = 1
  let parts: Buffer[] = []
  let length = 0
  const keep = (part: Buffer): void => {
    length += part.length
    if (length <= MAX_LINE_BYTES) parts.push(part)
    else parts = []
  }
  const take = (): RawLine => {
    const raw: RawLine = { line, bytes: length > MAX_LINE_BYTES ? 'too long' : trimmed(Buffer.concat(parts), line) }
    line++
    parts = []
    length = 0
    return raw
  }
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk as Uint8Array)
    let from = 0
    for (let end = bytes.indexOf(NEW_LINE); end !== -1; end = bytes.indexOf(NEW_LINE, from)) {
      keep(bytes.subarray(from, end))
      from = end + 1
      yield take()
    }
    keep(bytes.subarray(from))
  }
  if (length > 0) yield take()
}

function trimmed(bytes: Buffer, line: number): Uint8Array {
  const from = line === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0
  return bytes.subarray(from, bytes.at(-1) === RETURN ? -1 : undefined)
}
