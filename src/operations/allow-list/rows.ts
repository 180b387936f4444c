/** The name of the action in rows of the response. */
export const added = 'add_user_whitelist'
