// Bodies in the form in which the pages answer, with incidents made up.

const CLOUD_PRODUCT = { title: 'Vertex Gemini API', id: 'Z0FZJAMvEB4j3NbCJs6B' }

/** An incident of `https://status.cloud.google.com/incidents.json`. */
export const cloudIncident = (changes: object = {}): object => ({
  id: 'kx1Yq3TestIncident01',
  number: '4711471147114711471',
  begin: '2026-01-01T08:30:00+00:00',
  created: '2026-01-01T08:41:12+00:00',
  modified: '2026-01-01T09:10:00+00:00',
  external_desc: 'Elevated 503 errors for Gemini models',
  updates: [],
  most_recent_update: {
    created: '2026-01-01T09:10:00+00:00',
    modified: '2026-01-01T09:10:00+00:00',
    when: '2026-01-01T09:10:00+00:00',
    text: '**Summary**\nMitigation work is under way.',
    status: 'SERVICE_DISRUPTION',
    affected_locations: [{ title: 'Iowa (us-central1)', id: 'us-central1' }],
  },
  status_impact: 'SERVICE_DISRUPTION',
  severity: 'medium',
  service_key: 'Z0FZJAMvEB4j3NbCJs6B',
  service_name: 'Vertex Gemini API',
  affected_products: [{ title: 'Vertex AI Online Prediction', id: 'sdXM79fz1FS6ekNpu37K' }, CLOUD_PRODUCT],
  uri: 'incidents/kx1Yq3TestIncident01',
  currently_affected_locations: [{ title: 'Iowa (us-central1)', id: 'us-central1' }],
  previously_affected_locations: [],
  ...changes,
})

/** One that is over. */
export const cloudHistory: object = cloudIncident({
  id: 'over',
  begin: '2025-12-01T08:30:00+00:00',
  end: '2025-12-01T10:00:00+00:00',
  status_impact: 'SERVICE_OUTAGE',
})

/** `summary.json` of Atlassian Statuspage. */
export const summary = (changes: object = {}): object => ({
  page: {
    id: 'tymt9n04zgry',
    name: 'Claude',
    url: 'https://status.claude.com',
    time_zone: 'Etc/UTC',
    updated_at: '2026-01-01T09:00:00.000Z',
  },
  components: [
    {
      id: 'rwppv331jlwc',
      name: 'claude.ai',
      status: 'major_outage',
      created_at: '2023-07-11T17:25:30.000Z',
      updated_at: '2026-01-01T08:50:00.000Z',
      position: 1,
      description: null,
      showcase: true,
      start_date: '2023-07-11',
      group_id: null,
      page_id: 'tymt9n04zgry',
      group: false,
      only_show_if_degraded: false,
    },
    { id: 'k8w3r06qmzrp', name: 'Claude API (api.anthropic.com)', status: 'partial_outage', group: false },
    { id: 'yyzkbfz2thpt', name: 'Claude Code', status: 'operational', group: false },
  ],
  incidents: [
    {
      id: 'over',
      name: 'What was before',
      status: 'resolved',
      impact: 'major',
      components: [{ id: 'k8w3r06qmzrp' }],
    },
    {
      id: 'q1w2e3',
      name: 'Elevated errors on requests',
      status: 'investigating',
      impact: 'minor',
      created_at: '2026-01-01T08:45:00.000Z',
      started_at: '2026-01-01T08:40:00.000Z',
      shortlink: 'https://stspg.io/q1w2e3',
      components: [{ id: 'k8w3r06qmzrp', name: 'Claude API (api.anthropic.com)', status: 'partial_outage' }],
    },
  ],
  scheduled_maintenances: [],
  status: { indicator: 'major', description: 'Partial System Outage' },
  ...changes,
})

/** The same of incident.io, which leaves incidents out and has other words and ids. */
export const incidentIoSummary = (images = 'operational'): object => ({
  page: {
    id: '01JMDK9XYNTEST',
    name: 'OpenAI',
    url: 'https://status.openai.com/',
    updated_at: '2026-01-01T09:00:00Z',
  },
  status: { description: 'Partial System Degradation', indicator: 'minor' },
  components: [
    { id: '01JMXBRMFE6N2NNT7DG6XZQ6PW', name: 'Chat Completions', status: 'operational', position: 1 },
    { id: '01JP8CD9JR3HR6Y7G4Q75N4DVW', name: 'Responses', status: 'operational', position: 2 },
    { id: '01JMXBRMFE4MAP2BHSJNZ787WX', name: 'Images', status: images, position: 3 },
    { id: '01JSM5RTJWHRWDTS6Q604VEW3B', name: 'Login', status: 'operational', position: 4 },
    { id: '01JMXBNJXG1S2D9V65P1ZZTD94', name: 'Login', status: 'full_outage', position: 5 },
  ],
})

/** The monitors of a board of StatusGator. */
export const monitors = (changes: object = {}): object => ({
  success: true,
  data: [
    {
      id: 'UIMPLWZg9D',
      display_name: 'OpenAI',
      monitor_type: 'ServiceMonitor',
      filtered_status: 'warn',
      unfiltered_status: 'warn',
      last_message: 'Elevated Error Rate',
      paused_at: null,
      checked_at: '2026-01-01T12:00:00Z',
      early_warning_signal: false,
    },
    { id: 'mUp', display_name: 'Anthropic', filtered_status: 'up', last_message: 'All fine', paused_at: null },
    { id: 'mDown', display_name: 'Relay', filtered_status: 'down', last_message: null, paused_at: null },
    { id: 'mOff', display_name: 'Old', filtered_status: 'down', paused_at: '2025-06-01T00:00:00Z' },
  ],
  pagination: { current_page: 1, per_page: 25, total_pages: 1, total_count: 4, next_page: null, prev_page: null },
  ...changes,
})

/** What GitHub found. */
export const found = (total: number, isWhole = true): object => ({
  total_count: total,
  incomplete_results: !isWhole,
  items: total === 0 ? [] : [{ number: 1, title: 'Model is overloaded', state: 'open' }],
})
