import { inWords } from '../../disagreement/sentence.ts'
import type { Notice } from '../notice.ts'

/** Slack reads `<!channel>` and links in a text: what a status page wrote must not call anybody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const COLORS = { info: '#6b7280', warning: '#d97706', critical: '#dc2626' } as const

/** A notice as Slack's incoming webhooks take it, and Mattermost's and others after it. */
export const slackBody = ({ kind, at, text, alert }: Notice): object => {
  if (alert === undefined) return { text: escaped(text) }
  const { rule, subject, severity, since } = alert
  const field = (title: string, value: string): object => ({ title, value: escaped(value), short: true })
  return {
    text: escaped(text),
    attachments: [
      {
        color: kind === 'resolved' ? '#16a34a' : COLORS[severity],
        fallback: escaped(text),
        fields: [
          field('State', kind === 'resolved' ? 'resolved' : 'firing'),
          field('Severity', severity),
          field('Subject', subject),
          field('Rule', rule),
          field('Since', `${new Date(since).toISOString().slice(0, 19).replace('T', ' ')} UTC`),
          ...(kind === 'resolved' ? [field('Lasted', inWords(at - since))] : []),
        ],
      },
    ],
  }
}
