/** The word for it in rows of the allow list. */
export const added = 'add_user_whitelist'
