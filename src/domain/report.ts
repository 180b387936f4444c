/** What becomes of a report. */
export const reportStates = ['open', 'dismissed', 'acted'] as const
export type ReportState = (typeof reportStates)[number]
