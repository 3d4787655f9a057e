/** Secrets by how providers begin them, after the names under which they travel, and in URLs. */
const KEY_LIKE =
  /\b(?:sk-|pk-|gsk_|xai-|hf_|AKIA|AIza|ya29\.|Bearer\s+|Basic\s+|(?:api[-_]?)?key["']?\s*[=:]\s*["']?|token["']?\s*[=:]\s*["']?)[\w.~+/*-]{4,}/gi

const LONGEST_LINE = 200

/** A provider's words for an error or an event: one short line, without what looks like a key; empty for a page. */
export const oneLine = (message: string): string => {
  const text = message
    .slice(0, 1000)
    .replaceAll(KEY_LIKE, '[key]')
    // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
  if (text.startsWith('<')) return ''
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE - 1)}…` : text
}
