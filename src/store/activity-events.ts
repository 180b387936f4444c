/** Events that change nothing: messages, and who is online. Only callbacks send them. */
const activityEvents = ['message.sent', 'message.recalled', 'user.online', 'user.offline'] as const

/** The condition of their index; it is part of a migration. */
export const isActivity = `type in (${activityEvents.map((type) => `'${type}'`).join(', ')})`
