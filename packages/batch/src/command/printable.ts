/** Sequences that tell a terminal something: colours, links, titles, cursor moves. Each alternative is linear. */
const SEQUENCES = new RegExp(
  [
    // OSC, DCS, PM, APC, SOS: up to their end, or to the end of the line where somebody forgot it.
    String.raw`(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?`,
    // CSI
    String.raw`(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?`,
    // Two- and three-letter escapes
    String.raw`\x1b[\x20-\x2f]*[\x30-\x7e]?`,
  ].join('|'),
  'g',
)

/** Letters that nobody sees and that change what is seen: controls, line and direction marks. */
const UNSEEN = /[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu

/**
 * Text from outside (prompts, file names, what a provider says) as it may be printed: one line, no control characters, no
 * sequences that a terminal would obey, nothing that turns the direction of writing.
 */
export const printable = (text: string): string =>
  text
    .replaceAll(SEQUENCES, '')
    .replaceAll(/\r\n?|[\n\t\u2028\u2029]/g, ' ')
    .replaceAll(UNSEEN, '')
