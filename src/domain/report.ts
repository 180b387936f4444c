/** What becomes of a report. */
export const reportStates = ['open', 'dismissed', 'acted'] as const
export type ReportState = (typeof reportStates)[number]

/** Who reports: users, or keyword lists whose action is `report`. */
export const reportSources = ['user', 'keyword'] as const
export type ReportSource = (typeof reportSources)[number]
